import { Injectable } from '@nestjs/common';
import { type FoundRequest, ManifestRequests } from '../manifest-requests.js';
import { compatibleSbom, sbom, type SbomFormat } from './sbom-formats.js';

/** SBOMs of requests. */
@Injectable()
export class Sboms {
  constructor(private readonly requests: ManifestRequests) {}

  /**
   * The document about finished requests, as an object to be sent in pieces. Throws `CachitoNotImplementedError` for a
   * dependency that cannot have a package URL.
   */
  async about(requests: readonly FoundRequest[], format: SbomFormat): Promise<object> {
    if (format === 'cyclonedx-1.4') return compatibleSbom(await this.requests.withPackages(requests));
    return sbom(format, await this.requests.withEvidence(requests));
  }
}
