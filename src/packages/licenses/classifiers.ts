/**
 * The SPDX id of trove classifiers, undefined unless they name exactly one licence: "BSD License" is several, and of
 * two licences nothing says how they go together (PEP 639, appendix "Mapping License Classifiers to SPDX Identifiers").
 */
export function expressionOfClassifiers(classifiers: readonly string[]): string | undefined {
  const licenses = classifiers
    .map((classifier) => classifier.split('::').map((part) => part.trim()))
    .filter(([category, ...parts]) => category === 'License' && !SAYS_NOTHING.has(parts.join(' :: ')))
    .map((parts) => IDS.get(parts.at(-1) ?? ''));
  const [id, ...others] = new Set(licenses);
  return others.length === 0 ? id : undefined;
}

/** What somebody approved, without what it is. */
const SAYS_NOTHING = new Set(['', 'OSI Approved', 'DFSG approved']);

/**
 * The ends of the classifiers that name one licence and version. Not here, for they name several or none: those of
 * "Apache Software License", "BSD License", the GNU licences without "or later", "LGPLv2+" (2.0 or 2.1?), and the like.
 */
const IDS: ReadonlyMap<string, string> = new Map([
  ['Aladdin Free Public License (AFPL)', 'Aladdin'],
  ['Attribution Assurance License', 'AAL'],
  ['Blue Oak Model License (BlueOak-1.0.0)', 'BlueOak-1.0.0'],
  ['Boost Software License 1.0 (BSL-1.0)', 'BSL-1.0'],
  ['CC0 1.0 Universal (CC0 1.0) Public Domain Dedication', 'CC0-1.0'],
  ['CEA CNRS Inria Logiciel Libre License, version 2.1 (CeCILL-2.1)', 'CECILL-2.1'],
  ['CeCILL-B Free Software License Agreement (CECILL-B)', 'CECILL-B'],
  ['CeCILL-C Free Software License Agreement (CECILL-C)', 'CECILL-C'],
  ['CMU License (MIT-CMU)', 'MIT-CMU'],
  ['Common Development and Distribution License 1.0 (CDDL-1.0)', 'CDDL-1.0'],
  ['Eclipse Public License 1.0 (EPL-1.0)', 'EPL-1.0'],
  ['Eclipse Public License 2.0 (EPL-2.0)', 'EPL-2.0'],
  ['Educational Community License, Version 2.0 (ECL-2.0)', 'ECL-2.0'],
  ['European Union Public Licence 1.0 (EUPL 1.0)', 'EUPL-1.0'],
  ['European Union Public Licence 1.1 (EUPL 1.1)', 'EUPL-1.1'],
  ['European Union Public Licence 1.2 (EUPL 1.2)', 'EUPL-1.2'],
  ['GNU Affero General Public License v3 or later (AGPLv3+)', 'AGPL-3.0-or-later'],
  ['GNU General Public License v2 or later (GPLv2+)', 'GPL-2.0-or-later'],
  ['GNU General Public License v3 or later (GPLv3+)', 'GPL-3.0-or-later'],
  ['GNU Lesser General Public License v3 or later (LGPLv3+)', 'LGPL-3.0-or-later'],
  ['ISC License (ISCL)', 'ISC'],
  ['Intel Open Source License', 'Intel'],
  ['MIT License', 'MIT'],
  ['MIT No Attribution License (MIT-0)', 'MIT-0'],
  ['MirOS License (MirOS)', 'MirOS'],
  ['Motosoto License', 'Motosoto'],
  ['Mozilla Public License 1.0 (MPL)', 'MPL-1.0'],
  ['Mozilla Public License 1.1 (MPL 1.1)', 'MPL-1.1'],
  ['Mozilla Public License 2.0 (MPL 2.0)', 'MPL-2.0'],
  ['Mulan Permissive Software License v2 (MulanPSL-2.0)', 'MulanPSL-2.0'],
  ['NASA Open Source Agreement v1.3 (NASA-1.3)', 'NASA-1.3'],
  ['Nethack General Public License', 'NGPL'],
  ['Open Group Test Suite License', 'OGTSL'],
  ['Open Software License 3.0 (OSL-3.0)', 'OSL-3.0'],
  ['PostgreSQL License', 'PostgreSQL'],
  ['Ricoh Source Code Public License', 'RSCPL'],
  ['SIL Open Font License 1.1 (OFL-1.1)', 'OFL-1.1'],
  ['Sleepycat License', 'Sleepycat'],
  ['The Unlicense (Unlicense)', 'Unlicense'],
  ['University of Illinois/NCSA Open Source License', 'NCSA'],
  ['Vovida Software License 1.0', 'VSL-1.0'],
  ['X.Net License', 'Xnet'],
  ['Zero-Clause BSD (0BSD)', '0BSD'],
]);
