import { repoName } from '../../source/index.js';
import { sbomComponents } from './components.js';
import { type CycloneDx14, cycloneDx, cycloneDx14, type CycloneDxWithMetadata, type SbomSubject } from './cyclonedx.js';
import type { ManifestRequest } from '../manifest-request.js';
import { type SpdxDocument, spdx } from './spdx.js';
import { vcsPurl } from '../purl/vcs-purl.js';

/** Formats of an SBOM, by their names in the API. */
export const SBOM_FORMATS = ['cyclonedx-1.4', 'cyclonedx-1.6', 'cyclonedx-1.7', 'spdx-2.3'] as const;
export type SbomFormat = (typeof SBOM_FORMATS)[number];

/** The SBOM of any number of requests. `address` is where it is served, `created` its time (`YYYY-MM-DDTHH:MM:SSZ`). */
export async function sbom(
  format: SbomFormat,
  requests: readonly ManifestRequest[],
  origin: { address: string; created: string },
): Promise<CycloneDx14 | CycloneDxWithMetadata | SpdxDocument> {
  const components = await sbomComponents(requests);
  const subjects = requests.map(subjectOf);
  const subject = subjects.length === 1 ? subjects[0] : undefined;
  switch (format) {
    case 'cyclonedx-1.4':
      return cycloneDx14(components);
    case 'cyclonedx-1.6':
      return cycloneDx('1.6', subject, components);
    case 'cyclonedx-1.7':
      return cycloneDx('1.7', subject, components);
    case 'spdx-2.3':
      return spdx(subjects, components, origin);
  }
}

function subjectOf({ repo, ref }: ManifestRequest): SbomSubject {
  const name = repoName(repo);
  return { name, version: ref, purl: vcsPurl(name.split('/').pop() ?? name, repo, ref) };
}
