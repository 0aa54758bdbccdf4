import { type ArtifactEvidence, compareCodePoints } from '../../dependencies/index.js';

/** A file of a component, by address and digest. */
export interface ArchivedFile {
  upstream: string;
  sha256: string;
  /** What vouched for it, in whatever requests it is in; sorted. */
  verifiedBy: string[];
}

/** Each file once, in the order of the artifacts. */
export function archivedFiles(artifacts: readonly ArtifactEvidence[]): ArchivedFile[] {
  const files = new Map<string, ArchivedFile>();
  for (const { upstream, sha256, verifiedBy } of artifacts) {
    const key = JSON.stringify([upstream, sha256]);
    const known = files.get(key)?.verifiedBy ?? [];
    files.set(key, { upstream, sha256, verifiedBy: distinct([...known, verifiedBy]) });
  }
  return [...files.values()];
}

/** What the files of a component declare, each once and sorted. */
export interface DeclaredLicenses {
  /** SPDX licence expressions. */
  expressions: string[];
  /** What is none. */
  texts: string[];
}

export function declaredLicenses(artifacts: readonly ArtifactEvidence[]): DeclaredLicenses {
  return {
    expressions: distinct(artifacts.flatMap(({ license }) => license?.expression || [])),
    texts: distinct(artifacts.flatMap(({ license }) => license?.declared || [])),
  };
}

/** The expression that says all of them: several files of one release may each declare something else. */
export function allOf(expressions: readonly string[]): string {
  if (expressions.length === 1) return expressions[0];
  return expressions.map((each) => (each.includes(' ') ? `(${each})` : each)).join(' AND ');
}

export function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareCodePoints);
}
