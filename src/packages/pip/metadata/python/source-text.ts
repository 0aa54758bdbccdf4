import { InvalidFileFormat } from '../../../../errors/index.js';
import { quote } from '../../../quote.js';

/** PEP 263: in a comment on the first or second line, the second only after a blank line or a comment. */
const DECLARATION = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;
const NO_CODE = /^[ \t\f]*(?:#.*)?$/;

/** The text of a Python file, lines ending with `\n`. Throws `InvalidFileFormat` when it is not in its encoding. */
export function pythonText(bytes: Buffer, file: string): string {
  const encoding = declaredEncoding(bytes) ?? 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes).replace(/\r\n?/g, '\n');
  } catch {
    throw new InvalidFileFormat(`${quote(file)} is not ${quote(encoding)} text.`);
  }
}

function declaredEncoding(bytes: Buffer): string | undefined {
  const [first, second = ''] = bytes.subarray(0, 4096).toString('latin1').split(/\r\n|\r|\n/, 2);
  const [, encoding] = DECLARATION.exec(first) ?? (NO_CODE.test(first) ? DECLARATION.exec(second) : null) ?? [];
  return encoding && labelOf(encoding.toLowerCase().replaceAll('_', '-'));
}

/** Names of encodings that the Encoding Standard does not know are those that Python has for the usual ones. */
function labelOf(encoding: string): string {
  if (encoding.startsWith('utf-8-')) return 'utf-8';
  return /^(?:latin-1|iso-8859-1|iso-latin-1)(?:-|$)/.test(encoding) ? 'latin1' : encoding;
}
