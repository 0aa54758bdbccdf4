import { expect } from '@jest/globals';
import type { ReportedDependency, ReportedPackage } from './go-oracle.js';
import type { Service } from './service.js';

/** Packages and all their dependencies, as the verbose view of a request has them. */
export interface Report {
  packages: ReportedPackage[];
  dependencies: ReportedDependency[];
}

export async function reportOf(service: Service, id: number): Promise<Report> {
  return (await service.show(id)) as unknown as Report;
}

/** Both say the same, nothing is missing on either side; the order does not count. */
export function expectReport({ packages, dependencies }: Report, expected: readonly ReportedPackage[]): void {
  const named = (each: ReportedPackage): object => ({ name: each.name, type: each.type, version: each.version, path: each.path });
  expect(sorted(packages.map(named))).toEqual(sorted(expected.map(named)));
  for (const each of expected) {
    const found = packages.find(({ name, type }) => name === each.name && type === each.type);
    expect([each.name, sorted(found?.dependencies ?? [])]).toEqual([each.name, sorted(each.dependencies)]);
  }
  const all = new Map(expected.flatMap((each) => each.dependencies).map((each) => [`${each.type} ${each.name} ${each.version}`, each]));
  expect(sorted(dependencies)).toEqual(sorted([...all.values()]));
}

/** In one order, keys included. */
function sorted<Item extends object>(items: readonly Item[]): string[] {
  return items.map((item) => JSON.stringify(item, Object.keys(item).concat('name', 'type', 'version').sort())).sort();
}
