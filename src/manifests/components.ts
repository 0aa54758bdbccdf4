import { compareCodePoints } from '../dependencies/index.js';
import type { ManifestRequest } from './manifest-request.js';
import { PackageUrls } from './purl.js';

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
export function sbomComponents(requests: readonly ManifestRequest[]): SbomComponent[] {
  const all = requests.flatMap((request) => [...componentsOf(request)]).sort(compare);
  return all.filter((each, at) => at === 0 || compare(all[at - 1], each) !== 0);
}

function* componentsOf(request: ManifestRequest): Generator<SbomComponent> {
  const urls = new PackageUrls(request);
  for (const each of request.packages) {
    const purl = urls.ofPackage(each);
    if (purl !== undefined) yield component(each.name, each.version, purl);
    for (const dependency of each.dependencies) {
      const dependencyPurl = urls.ofDependency(each, dependency);
      if (dependencyPurl !== undefined) yield component(dependency.name, urls.shownVersion(dependency), dependencyPurl);
    }
  }
}

function component(name: string, version: string | null, purl: string): SbomComponent {
  return { name, ...(version === null || version === '' ? {} : { version }), purl };
}

function compare(a: SbomComponent, b: SbomComponent): number {
  return (
    compareCodePoints(a.purl, b.purl) ||
    compareCodePoints(a.name, b.name) ||
    compareCodePoints(a.version ?? '', b.version ?? '')
  );
}
