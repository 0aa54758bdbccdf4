import licenseIds from 'spdx-license-list/simple.js';
import type { ArtifactEvidence } from '../../../dependencies/index.js';
import { allOf, declaredLicenses } from '../archived-files.js';

/** `licenseChoice` of the schema: either licences or exactly one expression, which both versions take. */
export type CycloneDxLicense =
  | { license: ({ id: string } | { name: string }) & Acknowledgement }
  | ({ expression: string } & Acknowledgement);

/** By whom it is said: by the authors of the component, not by somebody who judged it. */
interface Acknowledgement {
  acknowledgement: 'declared';
}

const DECLARED: Acknowledgement = { acknowledgement: 'declared' };

/** What the files of a component declare; undefined for nothing. */
export function licensesOf(artifacts: readonly ArtifactEvidence[]): CycloneDxLicense[] | undefined {
  const { expressions, texts } = declaredLicenses(artifacts);
  if (expressions.length + texts.length === 0) return undefined;
  if (texts.length > 0) return [...expressions, ...texts].map(license);
  const expression = allOf(expressions);
  // The schema lists the ids that it takes: an id that is not on our list may be missing there too.
  return [licenseIds.has(expression) ? license(expression) : { expression, ...DECLARED }];
}

function license(text: string): CycloneDxLicense {
  return { license: { ...(licenseIds.has(text) ? { id: text } : { name: text }), ...DECLARED } };
}
