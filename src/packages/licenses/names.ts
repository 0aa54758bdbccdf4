import { isDeprecated, LICENSE_NAMES } from './known-licenses.js';

/** The id of the licence whose full name this is: in the SPDX list, or in another well-known spelling. */
export function idOfName(name: string): string | undefined {
  return IDS_BY_NAME.get(plainName(name));
}

/** "The Apache Licence, Version 2.0" and "Apache License v2.0" are both "apache license 2.0". */
function plainName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('licence', 'license')
    .replace(/[\s,"“”]+/g, ' ')
    .replace(/ (?:version |v)(?=\d)/g, ' ')
    .trim()
    .replace(/^the /, '');
}

/** Spellings that mean one licence and nothing else: none without its version, or without "only" or "or later". */
const SPELLINGS: readonly (readonly [id: string, ...names: string[]])[] = [
  ['0BSD', 'Zero-Clause BSD', 'Zero-Clause BSD License'],
  ['AGPL-3.0-or-later', 'AGPLv3+', 'AGPL v3 or later', 'AGPL v3+', 'GNU AGPL v3 or later', 'GNU AGPLv3+'],
  [
    'Apache-2.0',
    'Apache 2',
    'Apache 2.0',
    'Apache 2.0 License',
    'Apache 2 License',
    'Apache License 2',
    'Apache License (2.0)',
    'Apache Software License 2',
    'Apache Software License 2.0',
    'Apache Software License (2.0)',
    'Apache-2',
    'Apache2',
    'Apache2.0',
    'Apachev2',
    'ASL 2',
    'ASL 2.0',
  ],
  [
    'BSD-2-Clause',
    '2-Clause BSD',
    '2-Clause BSD License',
    'BSD 2 Clause',
    'BSD 2-Clause',
    'BSD 2-Clause License',
    'BSD-2',
    'Simplified BSD',
    'Simplified BSD License',
  ],
  [
    'BSD-3-Clause',
    '3-Clause BSD',
    '3-Clause BSD License',
    'BSD 3 Clause',
    'BSD 3-Clause',
    'BSD 3-Clause License',
    'BSD-3',
    'BSD-3-Clause License',
    'Modified BSD',
    'Modified BSD License',
    'New BSD',
    'New BSD License',
    'Revised BSD',
    'Revised BSD License',
  ],
  ['BSL-1.0', 'Boost Software License - Version 1.0'],
  ['CC0-1.0', 'CC0', 'CC0 1.0', 'CC0 1.0 Universal', 'CC0 1.0 Universal (CC0 1.0) Public Domain Dedication'],
  ['CC-BY-4.0', 'CC BY 4.0'],
  ['CC-BY-SA-4.0', 'CC BY-SA 4.0'],
  ['EPL-1.0', 'EPL 1.0'],
  ['EPL-2.0', 'EPL 2.0', 'Eclipse Public License - v 2.0', 'Eclipse Public License v2.0'],
  ['EUPL-1.2', 'EUPL 1.2', 'European Union Public Licence 1.2 (EUPL 1.2)'],
  [
    'GPL-2.0-or-later',
    'GNU General Public License v2 or later',
    'GNU General Public License v2 or later (GPLv2+)',
    'GNU GPL v2 or later',
    'GNU GPLv2+',
    'GPL v2 or later',
    'GPL v2+',
    'GPLv2+',
  ],
  [
    'GPL-3.0-or-later',
    'GNU General Public License v3 or later',
    'GNU General Public License v3 or later (GPLv3+)',
    'GNU GPL v3 or later',
    'GNU GPLv3+',
    'GPL v3 or later',
    'GPL v3+',
    'GPLv3+',
  ],
  ['ISC', 'ISC License (ISCL)', 'ISCL'],
  [
    'LGPL-2.1-or-later',
    'GNU LGPL v2.1 or later',
    'LGPL v2.1 or later',
    'LGPL v2.1+',
    'LGPLv2.1+',
    'GNU Lesser General Public License v2.1 or later (LGPLv2.1+)',
  ],
  [
    'LGPL-3.0-or-later',
    'GNU Lesser General Public License v3 or later',
    'GNU Lesser General Public License v3 or later (LGPLv3+)',
    'GNU LGPL v3 or later',
    'LGPL v3 or later',
    'LGPL v3+',
    'LGPLv3+',
  ],
  ['MIT', 'Expat', 'Expat License', 'MIT License (MIT)', 'MIT-License'],
  [
    'MPL-2.0',
    'MPL 2',
    'MPL 2.0',
    'MPL-2',
    'MPL2',
    'MPLv2',
    'MPLv2.0',
    'Mozilla Public License 2',
    'Mozilla Public License 2.0 (MPL 2.0)',
    'Mozilla Public License 2.0 (MPL-2.0)',
  ],
  ['OFL-1.1', 'OFL 1.1', 'SIL OFL 1.1', 'SIL Open Font License 1.1 (OFL-1.1)'],
  ['PSF-2.0', 'PSF 2.0'],
  ['Unlicense', 'Unlicense (Unlicense)', 'The Unlicense (Unlicense)'],
  ['ZPL-2.1', 'ZPL 2.1'],
];

const IDS_BY_NAME = idsByName();

function idsByName(): Map<string, string> {
  const ids = new Map<string, Set<string>>();
  for (const [id, name] of LICENSE_NAMES) {
    if (isDeprecated(id) || id.endsWith('+')) continue;
    const key = plainName(name);
    ids.set(key, (ids.get(key) ?? new Set()).add(id));
  }
  for (const [id, ...names] of SPELLINGS) {
    for (const key of names.map(plainName)) ids.set(key, (ids.get(key) ?? new Set()).add(id));
  }
  const unique = [...ids].filter(([, { size }]) => size === 1);
  return new Map(unique.map(([name, [id = '']]) => [name, id]));
}
