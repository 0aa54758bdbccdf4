import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { PackageURL } from 'packageurl-js';
import { ValidationError } from '../../errors/index.js';
import { searchTerms } from '../where-used/search-terms.js';
import { PackageUrls } from './package-urls.js';
import { vcsPurl } from './vcs-purl.js';

/** See `__fixtures__/README.md`. */
interface Vector {
  description: string;
  purl: string;
  canonical_purl: string | null;
  type: string | null;
  namespace: string | null;
  name: string;
  version: string | null;
  is_invalid: boolean;
}

const read = (name: string): Vector[] =>
  JSON.parse(readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8'));
const VECTORS = [...read('test-suite-data.json'), ...read('more-test-data.json')];

const vector = (purl: string): Vector => {
  const found = VECTORS.find((each) => each.purl === purl);
  if (found === undefined) throw new Error(`no vector ${purl}`);
  return found;
};
/** One namespace ends with a slash, which means nothing. */
const fullName = ({ namespace, name }: Pick<Vector, 'namespace' | 'name'>): string =>
  namespace === null ? name : `${namespace.replace(/\/$/, '')}/${name}`;

/** What we make of a dependency. */
function made(type: string, name: string, version: string | null): string | undefined {
  const parent = { type, name: 'own', version: '1', dependencies: [] };
  return new PackageUrls({ repo: 'https://h/x', ref: '1', packages: [parent] }).ofDependency(parent, { type, name, version });
}

/** What we make of a local dependency in a Go module. */
function madeInModule(name: string, version: string | null, path: string): string | undefined {
  const parent = { type: 'gomod', name, version, dependencies: [] };
  const local = { type: 'gomod', name: 'replaced', version: `./${path}` };
  return new PackageUrls({ repo: 'https://h/x', ref: '1', packages: [parent] }).ofDependency(parent, local);
}

/** Vectors that we make exactly so. */
const SAME: [purl: string, made: string | undefined][] = [
  [
    'pkg:bitbucket/birKenfeld/pyGments-main@244fd47e07d1014f0aed9c',
    vcsPurl('x', 'https://bitbucket.org/birKenfeld/pyGments-main.git', '244fd47e07d1014f0aed9c'),
  ],
  [
    'pkg:github/Package-url/purl-Spec@244fd47e07d1004f0aed9c',
    vcsPurl('x', 'https://github.com/Package-url/purl-Spec', '244fd47e07d1004f0aed9c'),
  ],
  ['pkg:npm/%40angular/animation@12.3.1', made('npm', '@angular/animation', '12.3.1')],
  ['pkg:npm/%40foo%40%3F%23/bar@1.0.0', made('npm', '@foo@?#/bar', '1.0.0')],
  ['pkg:npm/%40foo/bar%40%3F%23@1.0.0', made('npm', '@foo/bar@?#', '1.0.0')],
  ['pkg:npm/bar%40%3F%23@1.0.0', made('yarn', 'bar@?#', '1.0.0')],
  ['pkg:PYPI/Django_package@1.11.1.dev1', made('pip', 'Django_package', '1.11.1.dev1')],
];

const SLASHES = 'a Go name is one part, its slashes %2F';
const VERSION = 'a version is never encoded';

/** Vectors of which we make another text, as clients know it. */
const OTHERWISE: [purl: string, reason: string, made: string | undefined, expected: string][] = [
  [
    'pkg:GOLANG/google.golang.org/genproto#/googleapis/api/annotations/',
    SLASHES,
    madeInModule('google.golang.org/genproto', null, 'googleapis/api/annotations/'),
    'pkg:golang/google.golang.org%2Fgenproto#googleapis/api/annotations',
  ],
  [
    'pkg:GOLANG/google.golang.org/genproto@abcdedf#/googleapis/api/annotations/',
    SLASHES,
    madeInModule('google.golang.org/genproto', 'abcdedf', 'googleapis/api/annotations/'),
    'pkg:golang/google.golang.org%2Fgenproto@abcdedf#googleapis/api/annotations',
  ],
  [
    'pkg:golang/github.com/nats-io/nats-server/v2/server@v1.2.9',
    SLASHES,
    made('go-package', 'github.com/nats-io/nats-server/v2/server', 'v1.2.9'),
    'pkg:golang/github.com%2Fnats-io%2Fnats-server%2Fv2%2Fserver@v1.2.9',
  ],
  [
    'pkg:golang/github.com/etcd-io/etcd@v2.4.0',
    SLASHES,
    made('gomod', 'github.com/etcd-io/etcd', 'v2.4.0'),
    'pkg:golang/github.com%2Fetcd-io%2Fetcd@v2.4.0',
  ],
  [
    'pkg:golang/github.com/cncf/xds/go@v0.0.0-20210922020428-25de7278fc84',
    SLASHES,
    made('gomod', 'github.com/cncf/xds/go', 'v0.0.0-20210922020428-25de7278fc84'),
    'pkg:golang/github.com%2Fcncf%2Fxds%2Fgo@v0.0.0-20210922020428-25de7278fc84',
  ],
  [
    'pkg:npm/%40foo/bar@1.0.0-%40%3F%23',
    VERSION,
    made('npm', '@foo/bar', '1.0.0-@?#'),
    'pkg:npm/%40foo/bar@1.0.0-@?#',
  ],
];

/** Vectors for which we have nothing that would be made into them. */
const NOT_MADE: Record<string, string[]> = {
  'no dependency of npm is a directory of a released package': [
    'pkg:npm/@babel/core#/googleapis/api/annotations/',
    'pkg:npm/@babel/core@1.0.2#/googleapis/api/annotations/',
    'pkg:npm/core@1.0.2#/googleapis/api/annotations/',
    'pkg:npm/core#/googleapis/api/annotations/',
    'pkg:NPM/core#/googleapis/api/annotations/',
  ],
  'the platform of a gem is not told': ['pkg:gem/jruby-launcher@1.1.2?Platform=java'],
  'no package manager of that type': [
    'pkg:maven/org.apache.commons/io@1.3.4',
    'pkg:maven/org.apache.commons/io',
    'pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie',
    'pkg:docker/customer/dockerimage@sha256:244fd47e07d1004f0aed9c?repository_url=gcr.io',
    'pkg:Maven/org.apache.xmlgraphics/batik-anim@1.9.1?repositorY_url=repo.spring.io/release&classifier=sources',
    'pkg:Maven/org.apache.xmlgraphics/batik-anim@1.9.1?repositorY_url=repo.spring.io/release&extension=pom',
    'pkg:Maven/net.sf.jacob-project/jacob@1.14.3?type=dll&classifier=x86',
    'pkg:Nuget/EnterpriseLibrary.Common@6.0.1304',
    'pkg:composer/guzzlehttp/promises@2.0.2',
    'pkg:Rpm/fedora/curl@7.50.3-1.fc25?Arch=i386&Distro=fedora-25',
    'pkg:/maven/org.apache.commons/io',
    'pkg://maven/org.apache.commons/io',
    'pkg:///maven/org.apache.commons/io',
    'pkg:maven/HTTPClient/HTTPClient@0.3-3',
    'pkg:maven/mygroup/myartifact@1.0.0%20Final?mykey=my%20value',
  ],
  'invalid: only read': [
    'EnterpriseLibrary.Common@6.0.1304',
    'pkg:EnterpriseLibrary.Common@6.0.1304',
    'pkg:maven/@1.3.4',
    'pkg:npm/myartifact@1.0.0?in%20production=true',
  ],
};

describe('making package URLs', () => {
  it('has every vector in exactly one list', () => {
    const listed = [...SAME.map(([purl]) => purl), ...OTHERWISE.map(([purl]) => purl), ...Object.values(NOT_MADE).flat()];
    expect(listed.sort()).toEqual(VECTORS.map(({ purl }) => purl).sort());
  });

  it.each(SAME)('%s', (purl, text) => {
    expect(vector(purl).is_invalid).toBe(false);
    expect(text).toBe(vector(purl).canonical_purl);
  });

  it.each(OTHERWISE)('%s otherwise: %s', (purl, reason, text, expected) => {
    expect(text).toBe(expected);
    expect(text).not.toBe(vector(purl).canonical_purl);
    if (reason !== SLASHES) return;
    // A reader that joins namespace and name finds the same in both.
    const [theirs, ours] = [purl, expected].map((each) => PackageURL.fromString(each));
    for (const part of ['type', 'version', 'subpath'] as const) expect(ours[part]).toEqual(theirs[part]);
    expect([ours.namespace, ours.name]).toEqual([undefined, fullName(vector(purl))]);
  });
});

/** Types of package URLs that one can search for, with ours. */
const SEARCHED: Record<string, string[]> = {
  npm: ['npm', 'yarn'],
  pypi: ['pip'],
  golang: ['gomod', 'go-package'],
  gem: ['rubygems'],
};

describe('searching by package URL', () => {
  const isSearched = ({ is_invalid, type }: Vector): boolean => !is_invalid && type !== null && type in SEARCHED;

  it.each(VECTORS.filter(isSearched))('reads $purl', (each) => {
    const terms = { kind: 'components', types: SEARCHED[each.type ?? ''], version: each.version ?? undefined };
    // Python names are looked for in any spelling.
    const name = each.type === 'pypi' ? expect.stringMatching(/^Django_package$/) : fullName(each);
    expect(searchTerms({ purl: each.purl })).toMatchObject({ ...terms, name });
  });

  it.each(VECTORS.filter((each) => !isSearched(each)))('refuses $purl', ({ purl }) => {
    expect(() => searchTerms({ purl })).toThrow(ValidationError);
  });

  it('reads what we make otherwise as the vector, but for versions that are not encoded', () => {
    for (const [purl, reason, , expected] of OTHERWISE) {
      if (reason === VERSION) expect(searchTerms({ purl: expected })).not.toEqual(searchTerms({ purl }));
      else expect(searchTerms({ purl: expected })).toEqual(searchTerms({ purl }));
    }
  });
});
