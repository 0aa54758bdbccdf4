import type { DeclaredLicense } from '../../../dependencies/index.js';
import { declaredExpression, declaredInWords, declaredLicense } from '../../declared-license.js';
import { expressionOf, expressionOfClassifiers, NOTHING_DECLARED } from '../../licenses/index.js';

/** What a file about a Python package says of its licence. */
export interface LicenseFields {
  /** An SPDX licence expression (PEP 639). */
  expression?: string;
  /** Anything: a name, a whole licence text, and often the name of a family of licences. */
  license?: string;
  /** Trove classifiers, those that have nothing to do with licences too. */
  classifiers: readonly string[];
}

const CLASSIFIER = 'License ::';
/** What setuptools writes for a field that is not there. */
const UNKNOWN = 'UNKNOWN';

/**
 * The licence of a Python package: its expression, else the name of a licence that leaves no doubt, else its
 * classifiers, else whatever words there are.
 */
export function fieldsLicense(fields: LicenseFields, file: string): DeclaredLicense {
  const declared = fields.expression?.trim() ?? '';
  if (declared !== '') return declaredLicense(declared, file);
  const license = fields.license?.trim() ?? '';
  const isSilent = license === '' || license === UNKNOWN;
  const classifiers = fields.classifiers.filter((classifier) => classifier.startsWith(CLASSIFIER));
  const isName = !isSilent && !/[\r\n]/.test(license);
  const expression = (isName ? expressionOf(license) : undefined) ?? expressionOfClassifiers(classifiers);
  if (expression !== undefined) return declaredExpression(expression, file);
  if (isName) return declaredInWords(license, file);
  // The first line of a text says least: most often whose it is.
  if (classifiers.length > 0) return declaredInWords(classifiers.join(', '), file);
  return isSilent ? NOTHING_DECLARED : declaredInWords(license, file);
}
