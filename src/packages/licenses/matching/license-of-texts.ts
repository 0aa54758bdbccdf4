import type { DeclaredLicense } from '../../../dependencies/index.js';
import { NOTHING_DECLARED } from '../nothing-declared.js';
import { findLicenses } from './find-licenses.js';
import { labelOf } from './labels.js';
import { licenseList } from './license-list.js';

/** A file that may hold a licence, or its beginning. */
export interface LicenseText {
  /** Path in the artifact. */
  file: string;
  text: string;
}

/** The licence of each set of files, in the order of the sets. For a thread: it loads the texts of all licences. */
export function licensesOfSets(sets: readonly (readonly LicenseText[])[]): DeclaredLicense[] {
  return sets.map(licenseOf);
}

function licenseOf(texts: readonly LicenseText[]): DeclaredLicense {
  const list = licenseList();
  const found = texts.map(({ file, text }) => ({ file, ...findLicenses(text, list) }));
  const file = found.find(({ licenses }) => licenses.length > 0)?.file;
  if (file === undefined) return NOTHING_DECLARED;
  const labels = new Map(found.flatMap(({ licenses }) => licenses.map(labelOf)).map((label) => [label.text, label]));
  const [only, ...others] = labels.values();
  // How several licences go together, nobody said; but that there are several is worth knowing.
  if (others.length > 0) return { expression: null, declared: [...labels.keys()].join(', '), file };
  if (found.some(({ saysMore }) => saysMore)) return NOTHING_DECLARED;
  if (only.isExpression) return { expression: only.text, declared: null, file };
  return { expression: null, declared: only.text, file };
}
