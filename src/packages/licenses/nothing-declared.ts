import type { DeclaredLicense } from '../../dependencies/index.js';

/** No file declares a licence, or none that is known for certain. */
export const NOTHING_DECLARED: DeclaredLicense = { expression: null, declared: null, file: null };
