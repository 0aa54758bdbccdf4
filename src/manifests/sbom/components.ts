import { inTurns, sortedInTurns, takingTurns } from '../../concurrency/index.js';
import { compareCodePoints } from '../../dependencies/index.js';
import type { ManifestRequest } from '../manifest-request.js';
import { OncePerDependency } from '../purl/once-per-dependency.js';
import { PackageUrls } from '../purl/package-urls.js';

/** A package or dependency as SBOMs list it. */
export interface SbomComponent {
  name: string;
  /** Absent when nothing is known. */
  version?: string;
  purl: string;
}

/**
 * Every package and every dependency of the requests, dev or not: sorted by purl, name and version (none first), equal
 * ones merged.
 */
export async function sbomComponents(requests: readonly ManifestRequest[]): Promise<SbomComponent[]> {
  const all = new Set<SbomComponent>();
  for (const request of requests) await addComponents(request, all);
  const sorted = await sortedInTurns([...all], compare);
  return sorted.filter((each, at) => at === 0 || compare(sorted[at - 1], each) !== 0);
}

async function addComponents(request: ManifestRequest, all: Set<SbomComponent>): Promise<void> {
  const urls = new PackageUrls(request);
  const components = new OncePerDependency(urls.goModules, (parent, dependency) =>
    component(dependency.name, urls.shownVersion(dependency), urls.ofDependency(parent, dependency)),
  );
  for await (const each of takingTurns(request.packages)) {
    const own = component(each.name, each.version, urls.ofPackage(each));
    if (own !== null) all.add(own);
    await inTurns(each.dependencies, (dependency) => {
      const made = components.of(each, dependency);
      if (made !== null) all.add(made);
    });
  }
}

/** Null for what has no purl. */
function component(name: string, version: string | null, purl: string | undefined): SbomComponent | null {
  if (purl === undefined) return null;
  return { name, ...(version === null || version === '' ? {} : { version }), purl };
}

function compare(a: SbomComponent, b: SbomComponent): number {
  return (
    compareCodePoints(a.purl, b.purl) ||
    compareCodePoints(a.name, b.name) ||
    compareCodePoints(a.version ?? '', b.version ?? '')
  );
}
