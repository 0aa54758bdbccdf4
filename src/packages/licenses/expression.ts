import parse from 'spdx-expression-parse';
import { LICENSE_IDS } from './known-licenses.js';
import { idOfName } from './names.js';

/** Longest real ones have some hundreds of characters. */
const MAX_LENGTH = 1000;

/**
 * The SPDX licence expression (SPDX 2.3 annex D) that a declaration is, with the case of the SPDX list and single
 * spaces; also when it is the full name of one licence. Undefined for everything that leaves a doubt: "BSD", "GPL",
 * "SEE LICENSE IN …", `LicenseRef-…`.
 */
export function expressionOf(declared: string): string | undefined {
  if (declared.length > MAX_LENGTH) return undefined;
  return parsed(declared) ?? idOfName(declared);
}

function parsed(text: string): string | undefined {
  const tokens = [...text.matchAll(TOKEN)].map(([token]) => canonical(token));
  if (tokens.some((token) => token === undefined)) return undefined;
  const expression = tokens.join(' ').replaceAll('( ', '(').replaceAll(' )', ')');
  try {
    parse(expression);
    return expression;
  } catch {
    return undefined;
  }
}

const TOKEN = /[()]|[^\s()]+/g;

/** A token as the grammar has it; undefined for what no expression here may hold. */
function canonical(token: string): string | undefined {
  if (/^(?:[()]|and|or|with)$/i.test(token)) return token.toUpperCase();
  if (!/^[\w.-]+\+?$/.test(token) || /^(?:LicenseRef|DocumentRef)-/i.test(token)) return undefined;
  if (/-(?:only|or-later)\+$/i.test(token)) return undefined;
  const [id, plus] = token.endsWith('+') ? [token.slice(0, -1), '+'] : [token, ''];
  return `${LICENSE_IDS.get(id.toLowerCase()) ?? id}${plus}`;
}
