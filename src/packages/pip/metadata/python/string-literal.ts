import type { PythonValue } from './value.js';

/**
 * What a Python string as written (`'a'`, `r"""a"""`, `b'a'`; no f-string) stands for. `unknown` when that is not known
 * here (`\N{DASH}`), `invalid` when Python does not take it.
 */
export function stringValue(source: string): PythonValue | 'unknown' | 'invalid' {
  const [, prefix, quote] = /^([a-zA-Z]{0,2})('''|"""|'|")/.exec(source) ?? ['', '', ''];
  const body = source.slice(prefix.length + quote.length, -quote.length);
  if (source !== prefix + quote + body + quote || /(?:^|[^\\])(?:\\\\)*\\$/.test(body)) return 'invalid';
  const isBytes = /b/i.test(prefix);
  if (isBytes && /[^\0-\x7f]/.test(body)) return 'invalid';
  const meant = /r/i.test(prefix) ? { text: body } : unescaped(body, isBytes ? BYTE_ESCAPE : STRING_ESCAPE);
  if (typeof meant === 'string') return meant;
  return isBytes ? { type: 'bytes', value: Array.from(meant.text, byteOf) } : { type: 'str', value: meant.text };
}

const BYTE_ESCAPE = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})?|([^]))/g;
const STRING_ESCAPE = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})?|u([\da-fA-F]{4})?|U([\da-fA-F]{8})?|N(\{[^{}]+\})?|([^]))/g;

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['\n', ''],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
]);

function unescaped(body: string, escapes: RegExp): { text: string } | 'unknown' | 'invalid' {
  let failure: 'unknown' | 'invalid' | undefined;
  const text = body.replace(escapes, (escape: string, octal: string | undefined, ...groups: (string | undefined)[]) => {
    if (octal !== undefined) return String.fromCodePoint(parseInt(octal, 8));
    const simple = escapes === BYTE_ESCAPE ? groups[1] : groups[4];
    if (simple !== undefined) return SIMPLE.get(simple) ?? escape;
    const digits = escape.slice(2);
    const code = escape[1] === 'N' || digits === '' ? NaN : parseInt(digits, 16);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    if (failure !== 'invalid') failure = escape[1] === 'N' && digits !== '' ? 'unknown' : 'invalid';
    return '';
  });
  return failure ?? { text };
}

/** Octal escapes of bytes wrap around. */
function byteOf(character: string): number {
  return character.charCodeAt(0) & 0xff;
}
