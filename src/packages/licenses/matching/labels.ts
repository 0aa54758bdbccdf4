import { isDeprecated, LICENSE_NAMES } from '../known-licenses.js';

/** How licences with the same text are told. */
export interface Label {
  text: string;
  /** Whether the text is an SPDX licence expression. */
  isExpression: boolean;
}

/**
 * The text of a GNU licence does not say whether later versions may be taken too (or what is invariant): it is named
 * without that. Of others with the same text, the one that says least is meant.
 */
export function labelOf(ids: readonly string[]): Label {
  const [first] = ids;
  if (ids.every((id) => GNU.test(id))) {
    return { text: (LICENSE_NAMES.get(first) ?? first).replace(UNDECIDED, ''), isExpression: false };
  }
  const plain = ids.length > 1 ? ids.filter((id) => !isDeprecated(id) && !SAYS_MORE.has(id)) : ids;
  return { text: plain.join(', '), isExpression: plain.length === 1 };
}

const GNU = /^(?:(?:[AL]?GPL|GFDL)-\d\.\d)(?:\+|-only|-or-later|-(?:no-)?invariants-(?:only|or-later))?$/;
const UNDECIDED = /(?: only| or later)?(?: - (?:no )?invariants)?$/;

/** Ids that add to a licence what its text does not hold: that a notice stands, or no name is reserved. */
const SAYS_MORE = new Set([
  'MPL-2.0-no-copyleft-exception',
  'OFL-1.0-RFN',
  'OFL-1.0-no-RFN',
  'OFL-1.1-RFN',
  'OFL-1.1-no-RFN',
]);
