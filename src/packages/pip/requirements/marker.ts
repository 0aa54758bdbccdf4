import { quote } from '../../quote.js';
import { invalidLine, type Place, withoutAddress } from './place.js';

/** Parentheses within parentheses. */
const MAX_DEPTH = 50;
/** An opening or closing parenthesis, a quoted text, a comparison or a word; white space before it is skipped. */
const TOKEN = /[ \t]*(?:([()])|("[^"]*"|'[^']*')|(===|==|~=|!=|<=|>=|<|>)|([A-Za-z_][A-Za-z0-9_.]*))/y;

/** Variables by all their names (PEP 508, PEP 345, and one of old setuptools). */
const VARIABLES = new Map([
  ...[
    'implementation_name',
    'implementation_version',
    'os_name',
    'platform_machine',
    'platform_python_implementation',
    'platform_release',
    'platform_system',
    'platform_version',
    'python_full_version',
    'python_version',
    'sys_platform',
    'extra',
  ].map((name): [string, string] => [name, name]),
  ['os.name', 'os_name'],
  ['sys.platform', 'sys_platform'],
  ['platform.version', 'platform_version'],
  ['platform.machine', 'platform_machine'],
  ['platform.python_implementation', 'platform_python_implementation'],
  ['python_implementation', 'platform_python_implementation'],
]);

/** A comparison as text, or comparisons joined by `and` and `or`: the odd ones are these words. */
export type Expression = string | Expression[];

interface Token {
  kind: 'parenthesis' | 'text' | 'comparison' | 'word' | 'end';
  text: string;
}

/**
 * An environment marker in the form in which pip prints it: `python_version<'3'` → `python_version < "3"`. Throws
 * `ValidationError` when it is none (PEP 508).
 */
export function normalMarker(text: string, place: Place): string {
  return print(parseMarker(text, place), true);
}

/** Throws `ValidationError` when it is no marker. */
export function parseMarker(text: string, place: Place): Expression {
  const tokens = new Tokens(text, place);
  const marker = readExpression(tokens, 0);
  if (tokens.next.kind !== 'end') throw tokens.unexpected();
  return marker;
}

function readExpression(tokens: Tokens, depth: number): Expression[] {
  const parts = [readAtom(tokens, depth)];
  while (tokens.next.kind === 'word' && (tokens.next.text === 'and' || tokens.next.text === 'or')) {
    parts.push(tokens.take().text, readAtom(tokens, depth));
  }
  return parts;
}

function readAtom(tokens: Tokens, depth: number): Expression {
  if (!tokens.skip('(')) return `${readValue(tokens)} ${readComparison(tokens)} ${readValue(tokens)}`;
  if (depth === MAX_DEPTH) throw tokens.unexpected();
  const inner = readExpression(tokens, depth + 1);
  if (!tokens.skip(')')) throw tokens.unexpected();
  return inner;
}

function readValue(tokens: Tokens): string {
  const { kind, text } = tokens.next;
  if (kind === 'text') {
    tokens.take();
    const content = text.slice(1, -1);
    return content.includes('"') ? `'${content}'` : `"${content}"`;
  }
  const variable = kind === 'word' ? VARIABLES.get(text) : undefined;
  if (variable === undefined) throw tokens.unexpected();
  tokens.take();
  return variable;
}

function readComparison(tokens: Tokens): string {
  const { kind, text } = tokens.next;
  if (kind === 'comparison' || text === 'in') return tokens.take().text;
  if (!tokens.skip('not') || !tokens.skip('in')) throw tokens.unexpected();
  return 'not in';
}

/** Without the parentheses that change nothing: around the whole, a single comparison, or another pair of them. */
function print(expression: Expression, isWhole: boolean): string {
  if (typeof expression === 'string') return expression;
  if (expression.length === 1) return print(expression[0] ?? '', isWhole);
  const text = expression.map((part) => print(part, false)).join(' ');
  return isWhole ? text : `(${text})`;
}

class Tokens {
  next: Token;
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly place: Place,
  ) {
    this.next = this.read();
  }

  take(): Token {
    const taken = this.next;
    this.next = this.read();
    return taken;
  }

  /** Whether the next token is this one; then it is taken. */
  skip(text: string): boolean {
    const isNext = this.next.text === text;
    if (isNext) this.take();
    return isNext;
  }

  /** The error for a marker that goes wrong at the next token. */
  unexpected(): Error {
    const found = this.next.kind === 'end' ? 'its end' : quote(this.next.text);
    return invalidLine(this.place, `The marker ${quote(withoutAddress(this.text))} is not understood at ${found}.`);
  }

  private read(): Token {
    TOKEN.lastIndex = this.at;
    const match = TOKEN.exec(this.text);
    if (match === null) {
      const rest = this.text.slice(this.at).trim();
      if (rest === '') return { kind: 'end', text: '' };
      this.next = { kind: 'word', text: withoutAddress(rest) };
      throw this.unexpected();
    }
    this.at = TOKEN.lastIndex;
    const [, parenthesis, text, comparison, word] = match;
    if (parenthesis !== undefined) return { kind: 'parenthesis', text: parenthesis };
    if (text !== undefined) return { kind: 'text', text };
    if (comparison !== undefined) return { kind: 'comparison', text: comparison };
    return { kind: 'word', text: word ?? '' };
  }
}
