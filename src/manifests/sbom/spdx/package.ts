import { originOf } from '../../origin.js';
import { type ArchivedFile, archivedFiles } from '../archived-files.js';
import type { SbomModelComponent, SbomSource } from '../model.js';
import { encoded, uriOf } from '../uri.js';
import type { DocumentLicenses } from './licenses.js';

/** A package (clause 7). JSON leaves out what is undefined. */
export interface SpdxPackage {
  SPDXID: string;
  name: string;
  versionInfo?: string;
  downloadLocation: string;
  filesAnalyzed: false;
  checksums?: { algorithm: 'SHA256'; checksumValue: string }[];
  sourceInfo?: string;
  licenseConcluded: 'NOASSERTION';
  licenseDeclared: string;
  copyrightText: 'NOASSERTION';
  supplier: 'NOASSERTION';
  primaryPackagePurpose: 'APPLICATION' | 'LIBRARY';
  externalRefs: { referenceCategory: 'PACKAGE-MANAGER'; referenceType: 'purl'; referenceLocator: string }[];
}

/** What nobody has judged or looked for. */
const NOT_ASSERTED = {
  licenseConcluded: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
  supplier: 'NOASSERTION',
} as const;

export function sourcePackage(SPDXID: string, { name, version, purl, vcsUrl }: SbomSource): SpdxPackage {
  return {
    SPDXID,
    name,
    versionInfo: version,
    downloadLocation: uriOf(withoutUser(`${vcsUrl}@${version}`)) ?? 'NOASSERTION',
    filesAnalyzed: false,
    licenseDeclared: 'NOASSERTION',
    ...NOT_ASSERTED,
    primaryPackagePurpose: 'APPLICATION',
    externalRefs: [purlReference(purl)],
  };
}

export function packageOf(
  SPDXID: string,
  { name, version, purl, isPackage, artifacts }: SbomModelComponent,
  isPart: boolean,
  licenses: DocumentLicenses,
): SpdxPackage {
  const [file, ...more] = archivedFiles(artifacts);
  return {
    SPDXID,
    name,
    versionInfo: version,
    // Parts of the source come with the source.
    downloadLocation: locationOf(file) ?? (isPackage ? 'NONE' : 'NOASSERTION'),
    filesAnalyzed: false,
    ...(file === undefined ? {} : archived(file, more)),
    licenseDeclared: licenses.declaredBy(artifacts),
    ...NOT_ASSERTED,
    primaryPackagePurpose: isPackage && !isPart ? 'APPLICATION' : 'LIBRARY',
    externalRefs: [purlReference(purl)],
  };
}

/** A package has one location and the checksum of what is there; further files are told in words. */
function archived(file: ArchivedFile, more: readonly ArchivedFile[]): Pick<SpdxPackage, 'checksums' | 'sourceInfo'> {
  const further = more.map(
    ({ upstream, sha256, verifiedBy }) =>
      `Also archived: ${upstream} (SHA256 ${sha256}). Verified by: ${verifiedBy.join(', ')}.`,
  );
  return {
    checksums: [{ algorithm: 'SHA256', checksumValue: file.sha256 }],
    sourceInfo: [`Verified by: ${file.verifiedBy.join(', ')}.`, ...further].join('\n'),
  };
}

/** `git+<transport>://<host>[/<path>]@<commit>` for a file that was packed from a repository (clause 7.7). */
function locationOf(file: ArchivedFile | undefined): string | undefined {
  if (file === undefined) return undefined;
  const origin = originOf(file.upstream);
  return uriOf(origin.kind === 'commit' ? withoutUser(`git+${origin.repo}@${origin.commit}`) : origin.url);
}

/** The form for repositories has no place for the user of an ssh address. */
function withoutUser(address: string): string {
  return address.replace(/^(git\+[a-z]+:\/\/)[^/@]*@/, '$1');
}

/** The locator has no spaces (clause 7.21). */
function purlReference(purl: string): SpdxPackage['externalRefs'][number] {
  return { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: encoded(purl) };
}
