import { type Option, WrongValue } from './option.js';

/** The environment as variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads options from an environment and collects what is wrong, so that all of it can be told at once. */
export class OptionReader {
  readonly problems: string[] = [];

  constructor(private readonly environment: Environment) {}

  /** The option's value, or `fallback` when it is not set or wrong. */
  read<Value, Fallback>(option: Option<Value>, fallback: Fallback): Value | Fallback {
    const found = this.find(option);
    if (found === undefined) return fallback;
    try {
      return option.parse(found.text);
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      this.problems.push(`${found.name}${shown(found.text, option.secret)} ${error.message}`);
      return fallback;
    }
  }

  isSet(option: Option<unknown>): boolean {
    return this.find(option) !== undefined;
  }

  /** A rule between options is broken. */
  complain(problem: string): void {
    this.problems.push(problem);
  }

  private find(option: Option<unknown>): { name: string; text: string } | undefined {
    const set = [option.name, ...option.aliases].flatMap((name) => {
      const text = this.environment[name]?.trim();
      return text === undefined || (text === '' && !option.allowsEmpty) ? [] : [{ name, text }];
    });
    const [first, ...others] = set;
    const contradiction = others.find(({ text }) => text !== first?.text);
    if (first !== undefined && contradiction !== undefined) {
      const problem = `${first.name} and ${contradiction.name} mean the same and have different values; set one of them`;
      if (!this.problems.includes(problem)) this.problems.push(problem);
    }
    return first;
  }
}

/** The value, unless it is or holds a secret. */
function shown(text: string, secret: boolean): string {
  if (secret || /:\/\/[^/\s]*@/.test(text)) return ' (value not shown)';
  return `=${JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)}`;
}
