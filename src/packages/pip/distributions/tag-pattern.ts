import { ValidationError } from '../../../errors/index.js';
import { quote } from '../../quote.js';

/** Whether a regular expression is found in a short text. Throws `ValidationError` when that takes too many steps. */
export type TagPattern = (text: string) => boolean;

/** All places where a match can end that begins at one of `starts`. */
type Matcher = (text: string, starts: Places) => Places;
type Places = ReadonlySet<number>;

const MAX_LENGTH = 200;
/** Of one search; a usual expression takes about a hundred. */
const MAX_STEPS = 2000;

/** What an expression may consist of: no lookarounds, back references, flags and named groups. */
const TOKEN =
  /\\[dDwWsS]|\\[^A-Za-z0-9]|\[\^?(?:\\.|[^\\\]])+\]|\(\?:|[*+?]\??|\{\d{1,4}(?:,\d{0,4})?\}\??|[^\\[{}*+?]/suy;
const REPETITION = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??$/;

/**
 * Compiles a regular expression of a client. It is not given to the engine, which may take for ever to find that a
 * hostile one does not match: here, all ways are followed side by side, within a fixed number of steps. Throws
 * `ValidationError` for one that is malformed, too long, or holds anything but characters, classes, groups, `|`, `^`,
 * `$` and repetitions.
 */
export function compileTagPattern(source: string): TagPattern {
  const compiler = new Compiler(source);
  const matcher = compiler.compile();
  return (text) => {
    compiler.stepsLeft = MAX_STEPS;
    return matcher(text, new Set(Array(text.length + 1).keys())).size > 0;
  };
}

class Compiler {
  stepsLeft = MAX_STEPS;
  private readonly tokens: string[];

  constructor(private readonly source: string) {
    this.tokens = this.tokenise();
  }

  compile(): Matcher {
    const matcher = this.alternatives();
    if (this.tokens.length > 0) throw this.refused();
    return matcher;
  }

  /** In the order of reading, reversed. */
  private tokenise(): string[] {
    const tokens: string[] = [];
    const token = new RegExp(TOKEN);
    while (token.lastIndex < this.source.length) {
      const match = this.source.length > MAX_LENGTH ? null : token.exec(this.source);
      if (match === null) throw this.refused();
      tokens.push(match[0]);
    }
    return tokens.reverse();
  }

  private alternatives(): Matcher {
    const matchers = [this.sequence()];
    while (this.tokens.at(-1) === '|') {
      this.tokens.pop();
      matchers.push(this.sequence());
    }
    return (text, starts) => new Set(matchers.flatMap((matcher) => [...matcher(text, starts)]));
  }

  private sequence(): Matcher {
    const matchers: Matcher[] = [];
    for (let token = this.tokens.at(-1); token !== undefined && token !== '|' && token !== ')'; ) {
      matchers.push(this.repeated(this.single()));
      token = this.tokens.at(-1);
    }
    return (text, starts) => {
      this.spend();
      return matchers.reduce((places, matcher) => matcher(text, places), starts);
    };
  }

  private single(): Matcher {
    const token = this.tokens.pop() ?? '';
    if (token === '(' || token === '(?:') {
      const group = this.alternatives();
      if (this.tokens.pop() !== ')') throw this.refused();
      return group;
    }
    if (token === '^') return this.step((_, place) => (place === 0 ? place : undefined));
    if (token === '$') return this.step((text, place) => (place === text.length ? place : undefined));
    const character = this.character(token);
    return this.step((text, place) => (place < text.length && character.test(text[place]) ? place + 1 : undefined));
  }

  private repeated(matcher: Matcher): Matcher {
    const [, sign, least, comma, most] = REPETITION.exec(this.tokens.at(-1) ?? '') ?? [];
    if (sign === undefined && least === undefined) return matcher;
    this.tokens.pop();
    const from = sign === undefined ? Number(least) : sign === '+' ? 1 : 0;
    const isOpen = sign === '*' || sign === '+' || (comma === ',' && most === '');
    const to = isOpen ? Infinity : sign === '?' ? 1 : Number(comma === ',' ? most : least);
    if (to < from) throw this.refused();
    return (text, starts) => {
      let places = starts;
      for (let count = 0; count < from && places.size > 0; count += 1) places = matcher(text, places);
      const all = new Set(places);
      for (let count = from; count < to && places.size > 0; count += 1) {
        places = new Set([...matcher(text, places)].filter((place) => !all.has(place)));
        for (const place of places) all.add(place);
      }
      return all;
    };
  }

  private step(next: (text: string, place: number) => number | undefined): Matcher {
    return (text, starts) => {
      this.spend();
      return new Set([...starts].map((place) => next(text, place)).filter((place) => place !== undefined));
    };
  }

  private spend(): void {
    this.stepsLeft -= 1;
    if (this.stepsLeft < 0) throw new ValidationError(`The expression ${quote(this.source)} is too complex.`);
  }

  /** One character is nothing that an engine could go wrong with. */
  private character(token: string): RegExp {
    // A quantifier without anything before it, a bracket without its other one, a range from z to a.
    if (REPETITION.test(token) || token === ')' || token === '') throw this.refused();
    try {
      return new RegExp(`^${token}$`, 's');
    } catch {
      throw this.refused();
    }
  }

  private refused(): ValidationError {
    return new ValidationError(
      `The expression ${quote(this.source)} is refused: write a regular expression of at most ${MAX_LENGTH} ` +
        'characters, without look-arounds, references, flags and named groups.',
    );
  }
}
