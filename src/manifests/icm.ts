import { Logger } from '@nestjs/common';
import { sortedInTurns, takingTurns } from '../concurrency/index.js';
import { type CataloguedDependency, type CataloguedPackage, compareCodePoints } from '../dependencies/index.js';
import type { ManifestRequest } from './manifest-request.js';
import { OncePerDependency } from './purl/once-per-dependency.js';
import { PackageUrls } from './purl/package-urls.js';

/** An image content manifest; its schema is `ICM_SPEC`. */
export interface ContentManifest {
  metadata: { icm_version: 1; icm_spec: string; image_layer_index: -1 };
  image_contents: ImageContent[];
}

interface ImageContent {
  purl: string;
  dependencies: { purl: string }[];
  sources: { purl: string }[];
}

/** Clients download it to validate the answer. */
const ICM_SPEC =
  'https://raw.githubusercontent.com/containerbuildsystem/atomic-reactor/f4abcfdaf8247a6b074f94fa84f3846f82d781c6/atomic_reactor/schemas/content_manifest.json';

/** The order in which types enter the document: it decides ties of equal purls. */
const TYPES = ['go-package', 'npm', 'pip', 'yarn', 'rubygems', 'git-submodule'];

const logger = new Logger('ContentManifest');

/**
 * The manifest of any number of requests; equal entries of different requests are all kept. Equal dependencies are one
 * object: requests may have millions.
 */
export async function contentManifest(requests: readonly ManifestRequest[]): Promise<ContentManifest> {
  const contents: ImageContent[] = [];
  for (const request of requests) {
    for await (const entry of imageContents(request)) contents.push(entry);
  }
  return {
    metadata: { icm_version: 1, icm_spec: ICM_SPEC, image_layer_index: -1 },
    image_contents: await sortedInTurns(contents, byPurl),
  };
}

async function* imageContents(request: ManifestRequest): AsyncGenerator<ImageContent> {
  const contents = new RequestContents(request);
  logSkipped(request.packages);
  const packages = TYPES.flatMap((type) => request.packages.filter((each) => each.type === type));
  const keys = new Set<string>();
  for await (const each of takingTurns(packages)) {
    const key = JSON.stringify([each.name, each.type, each.version]);
    if (keys.has(key)) continue;
    keys.add(key);
    yield await contents.entryOf(each);
  }
}

/** Go modules have no entry either, but go into the sources of their packages. */
function logSkipped(packages: readonly CataloguedPackage[]): void {
  const skipped = packages.filter(({ type }) => type !== 'gomod' && !TYPES.includes(type));
  for (const { type, name } of skipped) logger.debug(`A content manifest has no ${type} packages: ${name} is skipped`);
}

/** Makes the entries of one request. */
class RequestContents {
  private readonly urls: PackageUrls;
  private readonly purls: OncePerDependency<{ purl: string }>;
  /** By module: all packages of a Go module share their sources. */
  private readonly goSources = new Map<CataloguedPackage, { purl: string }[]>();

  constructor(request: ManifestRequest) {
    this.urls = new PackageUrls(request);
    this.purls = new OncePerDependency(this.urls.goModules, (parent, dependency) => ({
      purl: this.urls.ofDependency(parent, dependency) ?? '',
    }));
  }

  async entryOf(each: CataloguedPackage): Promise<ImageContent> {
    const purl = this.urls.ofPackage(each) ?? '';
    switch (each.type) {
      case 'git-submodule':
        return { purl, dependencies: [], sources: [] };
      case 'go-package':
        return { purl, dependencies: await this.purlsOf(each), sources: await this.sourcesOfGoPackage(each) };
      case 'rubygems':
        return { purl, dependencies: await this.purlsOf(each), sources: await this.purlsOf(each) };
      default:
        return {
          purl,
          dependencies: await this.purlsOf(each, ({ dev }) => dev !== true),
          sources: await this.purlsOf(each),
        };
    }
  }

  private async sourcesOfGoPackage(each: CataloguedPackage): Promise<{ purl: string }[]> {
    const module = this.urls.goModules.parentOf(each.name);
    if (module === undefined) {
      logger.warn(`The Go package ${each.name} belongs to no module of its request: it has no sources`);
      return [];
    }
    const sources = this.goSources.get(module) ?? (await this.purlsOf(module));
    this.goSources.set(module, sources);
    return sources;
  }

  /** Of the dependencies that have the type of their package. */
  private async purlsOf(
    parent: CataloguedPackage,
    wanted: (dependency: CataloguedDependency) => boolean = () => true,
  ): Promise<{ purl: string }[]> {
    const dependencies = parent.dependencies.filter((each) => each.type === parent.type && wanted(each));
    return sortedInTurns(await this.purls.ofAll(parent, dependencies), byPurl);
  }
}

function byPurl(a: { purl: string }, b: { purl: string }): number {
  return compareCodePoints(a.purl, b.purl);
}
