import { floatText, shortFloatText } from './float-text.js';
import type { PythonValue } from './value.js';

/** What `str()` gives in Python. The order in a set is that of the source; Python has none. */
export function textOf(value: PythonValue): string {
  return value.type === 'str' ? value.value : representation(value);
}

/** What `repr()` gives in Python. */
export function representation(value: PythonValue): string {
  switch (value.type) {
    case 'str':
      return quoted(value.value, strEscape);
    case 'bytes':
      return `b${quoted(value.value.map((byte) => String.fromCharCode(byte)).join(''), byteEscape)}`;
    case 'int':
      return value.value.toString();
    case 'float':
      return floatText(value.value);
    case 'complex':
      return complexText(value.real, value.imaginary);
    case 'constant':
      return value.value;
    case 'tuple':
      return `(${commaList(value.items)}${value.items.length === 1 ? ',' : ''})`;
    case 'list':
      return `[${commaList(value.items)}]`;
    case 'set':
      return `{${commaList(value.items)}}`;
    case 'dict':
      return `{${value.entries.map((entry) => entry.map(representation).join(': ')).join(', ')}}`;
  }
}

function commaList(items: readonly PythonValue[]): string {
  return items.map(representation).join(', ');
}

function complexText(real: number, imaginary: number): string {
  if (Object.is(real, 0)) return `${shortFloatText(imaginary)}j`;
  const sign = imaginary < 0 || Object.is(imaginary, -0) ? '' : '+';
  return `(${shortFloatText(real)}${sign}${shortFloatText(imaginary)}j)`;
}

/** Single quotes, unless the text has only these. */
function quoted(text: string, escape: (character: string) => string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\'"]|[^\x21-\x7e]/gu, (character) => {
    if (character === '\\' || character === quote) return `\\${character}`;
    return character === "'" || character === '"' ? character : (SHORT.get(character) ?? escape(character));
  });
  return quote + escaped + quote;
}

const SHORT: ReadonlyMap<string, string> = new Map([
  [' ', ' '],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** What is not printable (other separators than the blank, control, unassigned) is escaped as short as possible. */
function strEscape(character: string): string {
  if (!/[\p{C}\p{Z}]/u.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return hexEscape('x', code, 2);
  return code < 0x10000 ? hexEscape('u', code, 4) : hexEscape('U', code, 8);
}

function byteEscape(character: string): string {
  return hexEscape('x', character.charCodeAt(0), 2);
}

function hexEscape(kind: string, code: number, digits: number): string {
  return `\\${kind}${code.toString(16).padStart(digits, '0')}`;
}
