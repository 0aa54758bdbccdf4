/** Numbers that are the same in every run (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const VALUES = ["'1.0'", "'2.' '1'", '3', '4.50', '(5, 1)', '[6, 0]', '7, 0', "'%s' % 8", 'other', "f'9'", 'None', "''", "'n'", '(\n  "10"\n)'];
const NAMES = ['v', 'w', 'n'];
const CALLEES = ['setup', 'setuptools.setup', 'st.setup', 'distutils.core.setup', 'setup.setup', '(setup)', 'Setup', 'setup2', 'setuptools . setup'];

/** `setup.py` files with variables and calls of `setup()` in nested blocks, on one line, in expressions. */
export function generatedSetupPys(count: number): string[] {
  return Array.from({ length: count }, (_, seed) => generate(seed + 1));
}

function generate(seed: number): string {
  const below = numbers(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)];
  const lines: string[] = [];

  function assignment(): string {
    const value = pick(VALUES);
    const target = pick(NAMES);
    return pick([
      () => `${target} = ${value}`,
      () => `${target} = ${value}`,
      () => `${target} = ${pick(NAMES)} = ${value}`,
      () => `${target}: str = ${value.includes(',') ? '1' : value}`,
      () => `${target} += ${value}`,
      () => `${target}, ${pick(NAMES)} = ${value}`,
      () => `(${target}) = ${value}`,
      () => `[${target}] = ${value}`,
      () => `x.${target} = x[0] = ${target} = ${value}`,
    ])();
  }

  function call(): string {
    const keywords = ['version=v', 'version=w', 'name=n', "name='lit'", "version=('1', 2)", '**kw', "'positional'", '*args', 'name=(n)', 'version=n.x', "setup_requires=['a', 'b>1']", 'setup_requires=v'];
    const chosen = Array.from({ length: 1 + below(4) }, () => pick(keywords)).sort((left, right) => order(left) - order(right));
    const inside = `${pick(CALLEES)}(${chosen.join(pick([', ', ',\n      ', ', # why\n   ']))})`;
    return pick([
      () => inside,
      () => inside,
      () => `x = ${inside}`,
      () => `print(1, ${inside})`,
      () => `[${inside} for x in y]`,
      () => `lambda: ${inside}`,
      () => `${inside}.run()`,
      () => `a if ${inside} else b`,
      () => `f"{${pick(CALLEES)}(name='f')}"`,
    ])();
  }

  function order(argument: string): number {
    if (argument.startsWith("'")) return 0;
    if (argument.startsWith('**')) return 3;
    return argument.startsWith('*') ? 1 : 2;
  }

  function simple(): string {
    const parts = Array.from({ length: 1 + (below(3) === 0 ? 1 : 0) }, () => (below(4) === 0 ? call() : assignment()));
    return parts.join('; ') + pick(['', '', ';', '  # n = 1']);
  }

  function statements(indent: string, depth: number): void {
    for (let count = 1 + below(4); count > 0; count -= 1) {
      if (depth < 4 && below(3) === 0) compound(indent, depth);
      else lines.push(indent + simple());
    }
  }

  function block(head: string, indent: string, depth: number): void {
    if (below(5) === 0) return void lines.push(`${indent}${head} ${simple()}`);
    lines.push(indent + head);
    statements(`${indent}${pick(['  ', '    ', '\t'])}`, depth + 1);
  }

  function compound(indent: string, depth: number): void {
    const heads = pick([
      ['if a:'],
      ['if a:', 'elif b:', 'else:'],
      ['if a:', 'elif b:', 'elif c:'],
      ['for i in y:', 'else:'],
      ['while a:'],
      ['with a as b:'],
      ['try:', 'except A:', 'except (B, C) as e:', 'else:', 'finally:'],
      ['try:', 'finally:'],
      ['def f(a=1):'],
      ['async def f():'],
      ['class A(B):'],
      ['@a.b\ndef f():'],
    ]);
    if (below(8) === 0) {
      lines.push(`${indent}match a:`);
      for (const head of ['case 1:', 'case [b, c] if d:', 'case _:']) block(head, `${indent}  `, depth + 1);
      return;
    }
    for (const head of heads) block(head.replace('\n', `\n${indent}`), indent, depth);
  }

  statements('', 0);
  if (below(2) === 0) lines.push(call());
  return `${lines.join(pick(['\n', '\n\n', '\r\n']))}${pick(['', '\n'])}`;
}
