/** From what files declare to SPDX licence expressions. */
export { expressionOfClassifiers } from './classifiers.js';
export { expressionOf } from './expression.js';
export { isLicenseFileName } from './file-names.js';
export { licensesOfTexts } from './license-texts.js';
export type { LicenseText } from './matching/license-of-texts.js';
export { NOTHING_DECLARED } from './nothing-declared.js';
