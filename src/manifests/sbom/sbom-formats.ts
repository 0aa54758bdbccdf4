import type { ManifestRequest } from '../manifest-request.js';
import { buildModel, type FinishedRequest } from './build-model.js';
import { sbomComponents } from './components.js';
import { cycloneDx } from './cyclonedx/cyclonedx.js';
import { type CycloneDx14, cycloneDx14 } from './cyclonedx-14.js';
import { spdx } from './spdx/spdx.js';

/** Formats of an SBOM, by their names in the API. */
export const SBOM_FORMATS = ['cyclonedx-1.4', 'cyclonedx-1.6', 'cyclonedx-1.7', 'spdx-2.3'] as const;
export type SbomFormat = (typeof SBOM_FORMATS)[number];

/** The SBOM of the compatible API. */
export async function compatibleSbom(requests: readonly ManifestRequest[]): Promise<CycloneDx14> {
  return cycloneDx14(await sbomComponents(requests));
}

/** The SBOM of any number of requests, with all that is known. */
export async function sbom(
  format: Exclude<SbomFormat, 'cyclonedx-1.4'>,
  requests: readonly FinishedRequest[],
): Promise<object> {
  const model = await buildModel(requests);
  switch (format) {
    case 'cyclonedx-1.6':
      return cycloneDx('1.6', model);
    case 'cyclonedx-1.7':
      return cycloneDx('1.7', model);
    case 'spdx-2.3':
      return spdx(model);
  }
}
