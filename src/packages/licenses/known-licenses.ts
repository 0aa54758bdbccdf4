import licenses from 'spdx-license-list';

/** Ids of the SPDX list: in lower case → as they are written. Not the deprecated `GPL-2.0+`: it is an expression. */
export const LICENSE_IDS: ReadonlyMap<string, string> = new Map(
  Object.keys(licenses)
    .filter((id) => !id.endsWith('+'))
    .map((id) => [id.toLowerCase(), id]),
);

/** Ids of the SPDX list with their names, which several may share. */
export const LICENSE_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(licenses).map(([id, { name }]) => [id, name]),
);

/** Ids of the list that stand for the same licence as newer ones (SPDX 2.3 annex A.3). */
export function isDeprecated(id: string): boolean {
  return DEPRECATED.has(id) || /^(?:[AL]?GPL|GFDL)-\d\.\d\+?$/.test(id);
}

const DEPRECATED = new Set(['BSD-2-Clause-FreeBSD', 'BSD-2-Clause-NetBSD', 'Nunit', 'StandardML-NJ']);
