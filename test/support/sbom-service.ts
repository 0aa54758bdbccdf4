import type { SbomFormat } from '../../src/manifests/sbom/sbom-formats.js';
import { FileServer } from './file-server.js';
import { GitServer } from './git-server.js';
import { networksOfPublicRegistries } from './public-registries.js';
import { REQUESTED, type Requested, sbomApplication } from './sbom-application.js';
import { type RequestView, Service } from './service.js';

/** A service that has completed a request of each kind for the application of `sbomApplication`. */
export class SbomService {
  private constructor(
    private readonly service: Service,
    private readonly servers: { git: GitServer; files: FileServer },
    private readonly ids: ReadonlyMap<Requested, number>,
  ) {}

  static async start(): Promise<SbomService> {
    const [git, files] = await Promise.all([GitServer.start(), FileServer.start()]);
    const service = await Service.start({ CACHITO_ALLOWED_PRIVATE_NETWORKS: await networksOfPublicRegistries() });
    const { repo, ref } = await sbomApplication({ git, files });
    const ids = new Map<Requested, number>();
    for (const [kind, body] of Object.entries(REQUESTED)) {
      ids.set(kind as Requested, (await service.complete({ repo, ref, ...body })).id);
    }
    return new SbomService(service, { git, files }, ids);
  }

  async close(): Promise<void> {
    await this.service.close();
    await Promise.all([this.servers.git.stop(), this.servers.files.stop()]);
  }

  view(kind: Requested): Promise<RequestView> {
    return this.service.show(this.idOf(kind));
  }

  /** The document about a request. */
  text(kind: Requested, document: SbomFormat | 'provenance'): Promise<string> {
    return this.get(`requests/${this.idOf(kind)}/${document === 'provenance' ? document : `sbom?format=${document}`}`);
  }

  /** In the order of `publicTexts`. */
  get kinds(): Requested[] {
    return [...this.ids.keys()];
  }

  /** The documents about each request, about all of them, and about none: see `madePublic`. */
  async publicTexts(format: SbomFormat): Promise<string[]> {
    const combined = [[...this.ids.values()].join(','), ''].map((ids) => this.get(`sbom?format=${format}&requests=${ids}`));
    const texts = await Promise.all([...this.kinds.map((kind) => this.text(kind, format)), ...combined]);
    return texts.map(madePublic);
  }

  private idOf(kind: Requested): number {
    return this.ids.get(kind) ?? 0;
  }

  private async get(path: string): Promise<string> {
    const response = await this.service.fetch(`/api/v1/${path}`);
    if (response.status !== 200) throw new Error(`${path} answers with status ${response.status}`);
    return response.text();
  }
}

/**
 * With a public name instead of the address of the test's own servers: readers of SPDX do not take an address of loopback
 * for a place that something can be downloaded from. Nothing else is changed.
 */
export function madePublic(text: string): string {
  return text.replaceAll(/127\.0\.0\.1(?::|%3A)\d+/g, 'git.acme.dev');
}
