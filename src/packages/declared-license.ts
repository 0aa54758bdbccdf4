import type { DeclaredLicense } from '../dependencies/index.js';
import { expressionOf, NOTHING_DECLARED } from './licenses/index.js';

/** Characters that are kept of what is declared in words; some put whole licence texts there. */
const MAX_DECLARED = 200;
/** Characters of paths: those of most file systems are shorter. */
const MAX_PATH = 1024;

/** What a text in a file declares: an SPDX licence expression, or else its first line as it stands. */
export function declaredLicense(text: string, file: string): DeclaredLicense {
  const expression = expressionOf(text.trim());
  return expression === undefined ? declaredInWords(text, file) : { expression, declared: null, file: pathOf(file) };
}

export function declaredExpression(expression: string, file: string): DeclaredLicense {
  return { expression, declared: null, file: pathOf(file) };
}

/** What a file declares without saying which SPDX licence it is. */
export function declaredInWords(text: string, file: string): DeclaredLicense {
  const [line] = text.trim().split(/[\r\n]/, 1);
  const declared = printable(line, MAX_DECLARED);
  return declared === '' ? NOTHING_DECLARED : { expression: null, declared, file: pathOf(file) };
}

/** The path of a file in an artifact, which may be any text, as it is recorded. */
export function pathOf(file: string): string {
  return printable(file, MAX_PATH);
}

/** Without control characters and halves of characters, which no database and no document takes. */
function printable(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '');
}
