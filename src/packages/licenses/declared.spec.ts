import { describe, expect, it } from '@jest/globals';
import licenses from 'spdx-license-list';
import { expressionOf, expressionOfClassifiers, isLicenseFileName } from './index.js';

/** No expressions, or none that may be used, or names of nothing certain. */
const UNSURE = [
  ...['', ' ', 'BSD', 'GPL', 'GPLv3', 'LGPL', 'Apache', 'Apache Software License', 'PSF', 'Other', 'NONE'],
  ...['UNLICENSED', 'SEE LICENSE IN LICENSE.md', 'Public Domain', 'NOASSERTION', 'MIT/Apache-2.0', 'MIT, Apache-2.0'],
  ...['MIT OR', 'OR', 'MIT WITH MIT', 'MIT +', 'GPL-3.0-only+'],
  ...['LicenseRef-x', 'MIT OR LicenseRef-x', 'DocumentRef-a:LicenseRef-b'],
  ...['constructor', '__proto__', 'toString', '!MIT', 'MIT!', '('.repeat(500), `MIT${' OR MIT'.repeat(1000)}`, '{}'],
];

describe('expressionOf', () => {
  it.each<[string, string | undefined]>([
    ['MIT', 'MIT'],
    [' mit\n', 'MIT'],
    ['(MIT OR Apache-2.0)', '(MIT OR Apache-2.0)'],
    ['( mit  or\tapache-2.0 )', '(MIT OR Apache-2.0)'],
    ['MIT AND (BSD-3-Clause OR ISC)', 'MIT AND (BSD-3-Clause OR ISC)'],
    ['GPL-2.0-only WITH Classpath-exception-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'],
    ['GPL-3.0', 'GPL-3.0'],
    ['GPL-2.0+', 'GPL-2.0+'],
    ['Apache-2.0+', 'Apache-2.0+'],
    ['MIT License', 'MIT'],
    ['The MIT Licence', 'MIT'],
    ['Apache License 2.0', 'Apache-2.0'],
    ['Apache License, Version 2.0', 'Apache-2.0'],
    ['Apache Software License v2.0', 'Apache-2.0'],
    ['BSD 3-Clause "New" or "Revised" License', 'BSD-3-Clause'],
    ['3-Clause BSD License', 'BSD-3-Clause'],
    ['GNU General Public License v3.0 only', 'GPL-3.0-only'],
    ['GNU General Public License v3 or later (GPLv3+)', 'GPL-3.0-or-later'],
    ['Mozilla Public License, Version 2.0', 'MPL-2.0'],
    ['Unlicense', 'Unlicense'],
    ...UNSURE.map((text): [string, undefined] => [text, undefined]),
  ])('%j is %j', (...[declared, expression]) => expect(expressionOf(declared)).toBe(expression));

  it('knows every id and name of the list', () => {
    for (const [id, { name }] of Object.entries(licenses)) {
      expect(expressionOf(id.toLowerCase())).toBe(id);
      const byName = expressionOf(name);
      if (byName !== undefined) expect([byName, licenses[byName].name]).toEqual([byName, name]);
    }
  });
});

describe('expressionOfClassifiers', () => {
  const osi = 'License :: OSI Approved';

  it.each<[string[], string | undefined]>([
    [[], undefined],
    [['Programming Language :: Python'], undefined],
    [[osi], undefined],
    [[osi, `${osi} :: MIT License`], 'MIT'],
    [[`${osi} :: MIT License`, `${osi} :: MIT License`, 'Topic :: Internet'], 'MIT'],
    [[`${osi} :: Mozilla Public License 2.0 (MPL 2.0)`], 'MPL-2.0'],
    [[`${osi} :: GNU General Public License v3 or later (GPLv3+)`], 'GPL-3.0-or-later'],
    [['License :: CC0 1.0 Universal (CC0 1.0) Public Domain Dedication'], 'CC0-1.0'],
    [[`${osi} :: MIT License`, `${osi} :: ISC License (ISCL)`], undefined],
    [[`${osi} :: MIT License`, `${osi} :: BSD License`], undefined],
    [[`${osi} :: MIT License`, 'License :: Other/Proprietary License'], undefined],
    [[`${osi} :: BSD License`], undefined],
    [[`${osi} :: Apache Software License`], undefined],
    [[`${osi} :: GNU General Public License v3 (GPLv3)`], undefined],
    [['License :: Public Domain'], undefined],
    [['License :: constructor'], undefined],
  ])('%j: %j', (...[classifiers, expression]) => expect(expressionOfClassifiers(classifiers)).toBe(expression));
});

describe('isLicenseFileName', () => {
  it.each([
    ...['LICENSE', 'LICENCE', 'license', 'License.rst', 'LICENSE.md', 'LICENSE.txt', 'LICENSE-MIT', 'LICENSE.docs'],
    ...['LICENSES', 'LICENSE-2.0.txt', 'LICENSE.libyaml', 'COPYING', 'COPYING.LESSER', 'COPYING3', 'UNLICENSE'],
    ...['MIT-LICENSE', 'MIT-LICENSE.txt'],
  ])('%s is one', (name) => expect(isLicenseFileName(name)).toBe(true));

  it.each([
    ...['PATENTS', 'NOTICE', 'AUTHORS', 'README.md', 'license.go', 'license_test.go', 'licensed', 'LICENSE.html'],
    ...['LICENSE.spdx', 'LICENSE-3rdparty.csv', 'LICENSE-THIRD-PARTY', 'THIRD-PARTY-LICENSES', 'license-header.txt'],
    ...['', 'LICENSE'.repeat(1000)],
  ])('%s is none', (name) => expect(isLicenseFileName(name)).toBe(false));
});
