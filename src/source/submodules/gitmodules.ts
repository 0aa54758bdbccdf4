import { InvalidFileFormat } from '../../errors/index.js';

/** A section of `.gitmodules`: its name and the last value of each key, keys in lower case. */
export interface SubmoduleSection {
  name: string;
  values: ReadonlyMap<string, string>;
}

/** A quoted string may hold anything but a bare quote or line feed. */
const SECTION = /\[submodule[ \t]+"((?:[^"\\\n]|\\.)*)"\][ \t]*/iy;
const OTHER_SECTION = /\[([A-Za-z0-9.-]+)(?:[ \t]+"(?:[^"\\\n]|\\.)*")?\][ \t]*/y;
const KEY = /([A-Za-z][A-Za-z0-9-]*)[ \t]*/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '\\': '\\', '"': '"' };

/**
 * Reads `.gitmodules` (git-config(1), "Syntax") as git does, without running git, and strictly: what git would guess at
 * is refused. No includes. Sections of other kinds are passed over. Throws `InvalidFileFormat` naming the line.
 */
export function parseGitmodules(text: string): SubmoduleSection[] {
  const sections = new Map<string, Map<string, string>>();
  const scanner = new Scanner(text.replace(/^\u{feff}/u, '').replaceAll('\r\n', '\n'));
  let current: Map<string, string> | undefined;
  let inSection = false;
  while (scanner.skipBlank()) {
    if (scanner.peek() === '[') {
      const name = scanner.match(SECTION)?.replace(/\\(.)/g, '$1');
      inSection = true;
      if (name === undefined) {
        if (scanner.match(OTHER_SECTION) === undefined) throw scanner.error('a section header is malformed');
        current = undefined;
      } else {
        current = sections.get(name) ?? new Map();
        sections.set(name, current);
      }
      continue;
    }
    const key = scanner.match(KEY);
    if (key === undefined || !inSection) throw scanner.error('a key was expected');
    const value = scanner.value();
    current?.set(key.toLowerCase(), value);
  }
  return Array.from(sections, ([name, values]) => ({ name, values }));
}

class Scanner {
  private at = 0;

  constructor(private readonly text: string) {}

  peek(): string | undefined {
    return this.text[this.at];
  }

  /** Passes over white space and comments; false at the end. */
  skipBlank(): boolean {
    for (;;) {
      while (/[ \t\n]/.test(this.peek() ?? '')) this.at += 1;
      if (this.peek() !== '#' && this.peek() !== ';') return this.at < this.text.length;
      this.skipLine();
    }
  }

  /** The first group of a sticky pattern that matches here; moves behind the match. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found[1];
  }

  /** What follows a key: ` = value` to the end of the line, or nothing, which means "true". */
  value(): string {
    if (this.peek() === undefined || this.peek() === '\n' || this.peek() === '#' || this.peek() === ';') {
      this.skipLine();
      return 'true';
    }
    if (this.peek() !== '=') throw this.error('"=" was expected');
    this.at += 1;
    return this.valueText();
  }

  /** A line number for the message. */
  error(what: string): InvalidFileFormat {
    const line = this.text.slice(0, this.at).split('\n').length;
    return new InvalidFileFormat(`.gitmodules cannot be read: ${what} in line ${line}.`);
  }

  private valueText(): string {
    let value = '';
    /** Length up to the last character that trailing white space does not count for. */
    let kept = 0;
    let quoted = false;
    for (;;) {
      const character = this.peek();
      this.at += 1;
      if (character === undefined || character === '\n') {
        if (quoted) throw this.error('a quote is not closed');
        return value.slice(0, kept);
      }
      if (character === '"') {
        quoted = !quoted;
        kept = value.length;
      } else if (!quoted && (character === '#' || character === ';')) {
        this.skipLine();
        return value.slice(0, kept);
      } else if (character === '\\') {
        value += this.escape();
        kept = value.length;
      } else if (!quoted && /[ \t]/.test(character)) {
        if (value !== '') value += character;
      } else {
        value += character;
        kept = value.length;
      }
    }
  }

  private escape(): string {
    const character = this.peek() ?? '';
    this.at += 1;
    if (character === '\n') return '';
    const meaning = Object.hasOwn(ESCAPES, character) ? ESCAPES[character] : undefined;
    if (meaning === undefined) throw this.error('an escape is unknown');
    return meaning;
  }

  private skipLine(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.text.length : end + 1;
  }
}
