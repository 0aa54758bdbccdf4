import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import type { CycloneDxComponent } from '../src/manifests/sbom/cyclonedx/component.js';
import type { CycloneDxDocument } from '../src/manifests/sbom/cyclonedx/cyclonedx.js';
import type { SpdxDocument } from '../src/manifests/sbom/spdx/spdx.js';
import { FileServer } from './support/file-server.js';
import { GitServer } from './support/git-server.js';
import { below, realModule } from './support/go-module-files.js';
import { type Application, npmApplication } from './support/npm-application.js';
import { hashed } from './support/pip-pins.js';
import { networksOfPublicRegistries } from './support/public-registries.js';
import { cycloneDxValidator, spdxValidator, type Validator } from './support/schemas/validators.js';
import { type RequestView, Service } from './support/service.js';

const VALIDATORS: Record<string, Validator> = {
  'cyclonedx-1.4': cycloneDxValidator('1.4'),
  'cyclonedx-1.6': cycloneDxValidator('1.6'),
  'cyclonedx-1.7': cycloneDxValidator('1.7'),
  'spdx-2.3': spdxValidator(),
};
const FORMATS = Object.keys(VALIDATORS);

/** Package managers of a request and where their packages lie in the repository that has all kinds. */
const KINDS: [string, object][] = [
  ['npm', { pkg_managers: ['npm'], packages: { npm: [{ path: 'web' }] } }],
  ['Go modules', { pkg_managers: ['gomod'], packages: { gomod: [{ path: 'go' }] } }],
  ['pip', { pkg_managers: ['pip'], packages: { pip: [{ path: 'py' }] } }],
  ['submodules', { pkg_managers: ['git-submodule'] }],
  ['nothing', { pkg_managers: [] }],
  [
    'everything',
    {
      pkg_managers: ['gomod', 'npm', 'pip', 'git-submodule'],
      packages: { gomod: [{ path: 'go' }], npm: [{ path: 'web' }], pip: [{ path: 'py' }] },
    },
  ],
];

describe('SBOMs of real applications', () => {
  let git: GitServer;
  let files: FileServer;
  let service: Service;
  let application: Application;
  const views = new Map<string, RequestView>();

  beforeAll(async () => {
    [git, files] = await Promise.all([GitServer.start(), FileServer.start()]);
    service = await Service.start({
      CACHITO_ALLOWED_PRIVATE_NETWORKS: await networksOfPublicRegistries(),
      // Names the service in provenance: the port is another one after a restart.
      CACHITO_PUBLIC_URL: 'https://cachito.acme.dev',
    });
    const tiles = await git.createRepository('acme/tiles.git');
    const tilesCommit = await tiles.commit({ files: { 'a.txt': 'a' } });
    application = await npmApplication({ git, files }, 3);
    const repository = await git.createRepository('acme/hub.git');
    const ref = await repository.commit({
      files: {
        ...below('web', application),
        ...below('go', await realModule('github.com/sirupsen/logrus', 'v1.9.3')),
        'py/setup.cfg': '[metadata]\nname = hub-service\nversion = 1.0\n',
        'py/requirements.txt': hashed('flask==3.0.3', 'blinker==1.8.2', 'click==8.1.7', 'itsdangerous==2.2.0', 'jinja2==3.1.4', 'markupsafe==2.1.5', 'werkzeug==3.0.3'),
        '.gitmodules': `[submodule "tiles"]\n\tpath = tiles\n\turl = ${tiles.url}\n`,
        tiles: { gitlink: tilesCommit },
      },
    });
    for (const [kind, body] of KINDS) views.set(kind, await service.complete({ repo: repository.url, ref, ...body }));
  });

  afterAll(async () => {
    await service?.close();
    await Promise.all([git?.stop(), files?.stop()]);
  });

  const idOf = (kind: string): number => views.get(kind)?.id ?? 0;
  const text = async (path: string): Promise<string> => {
    const response = await service.fetch(`/api/v1/${path}`);
    expect(response.status).toBe(200);
    return response.text();
  };
  const sbomOf = async <Document>(kind: string, format: string): Promise<Document> =>
    JSON.parse(await text(`requests/${idOf(kind)}/sbom?format=${format}`)) as Document;

  describe.each(FORMATS)('%s', (format) => {
    it.each(KINDS)('is valid for a request of %s', async (kind) => {
      expect(VALIDATORS[format](await sbomOf(kind, format))).toEqual([]);
    });

    it('is valid for several requests, and for none', async () => {
      for (const ids of [[...views.values()].map(({ id }) => id), []]) {
        const document: object = JSON.parse(await text(`sbom?format=${format}&requests=${ids.join(',')}`));
        expect(VALIDATORS[format](document)).toEqual([]);
      }
    });
  });

  it('tell all components that the compatible document tells', async () => {
    const { components } = await sbomOf<{ components: { name: string; version?: string; purl: string }[] }>('everything', 'cyclonedx-1.4');
    const rich = everyComponent(await sbomOf('everything', 'cyclonedx-1.6'));
    const keyOf = ({ name, version, purl }: { name: string; version?: string; purl?: string }): string => JSON.stringify([purl, name, version]);
    expect(rich.map(keyOf).sort()).toEqual(components.map(keyOf).sort());
    const { packages } = await sbomOf<SpdxDocument>('everything', 'spdx-2.3');
    expect(packages).toHaveLength(components.length + 1);
  });

  it('reach everything from the root', async () => {
    const document = await sbomOf<CycloneDxDocument>('everything', 'cyclonedx-1.7');
    const targets = new Map(document.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
    const reached = new Set([document.metadata.component!['bom-ref']]);
    for (const ref of reached) for (const target of targets.get(ref) ?? []) reached.add(target);
    // Parts are reached with what contains them.
    expect(document.components.filter((each) => !reached.has(each['bom-ref']))).toEqual([]);
  });

  it('say of each file where it came from, its digest, its licence, and what verified it', async () => {
    const all = everyComponent(await sbomOf('everything', 'cyclonedx-1.6'));
    /** `name`, or `name version` where there are several. */
    const facts = (key: string): object => {
      const { hashes = [], externalReferences = [], licenses, properties = [], scope } =
        all.find(({ name, version }) => name === key || `${name} ${version}` === key) ?? ({} as Partial<CycloneDxComponent>);
      const origins = externalReferences.map(({ type, url }) => `${type} ${url.replaceAll(/127\.0\.0\.1:\d+/g, 'host').replace(/[0-9a-f]{40}$/, 'commit')}`);
      return { hashes: hashes.length, origins, licenses, verified: properties.map(({ value }) => value), scope };
    };
    const id = (license: string): object[] => [{ license: { id: license, acknowledgement: 'declared' } }];
    expect(facts('debug 4.3.4')).toEqual({
      hashes: 1,
      origins: ['distribution https://registry.npmjs.org/debug/-/debug-4.3.4.tgz'],
      licenses: id('MIT'),
      verified: ['lock file'],
      scope: 'required',
    });
    expect(facts('mkdirp 0.5.6')).toMatchObject({ scope: 'excluded', verified: ['lock file'] });
    expect(facts('kite')).toMatchObject({ hashes: 1, verified: ['git commit'], origins: [expect.stringMatching(/^vcs git\+http:\/\/host\/team\/kite-\d+\.git#commit$/)] });
    expect(facts('sail')).toMatchObject({ hashes: 1, origins: ['distribution http://host/sail-0.3.0.tgz'], verified: ['lock file'] });
    expect(facts('MarkupSafe')).toMatchObject({ hashes: 1, licenses: id('BSD-3-Clause'), verified: ['lock file'] });
    expect(facts('gopkg.in/yaml.v3 v3.0.0-20200313102051-9f266ea9e77c')).toMatchObject({ verified: ['go.sum'] });
    expect(facts('github.com/davecgh/go-spew v1.1.1')).toEqual({
      hashes: 1,
      origins: ['distribution https://proxy.golang.org/github.com/davecgh/go-spew/@v/v1.1.1.zip'],
      licenses: id('ISC'),
      verified: ['go.sum'],
      scope: undefined,
    });
  });

  it('have the graph of npm ls', async () => {
    const document = await sbomOf<CycloneDxDocument>('npm', 'cyclonedx-1.6');
    const names = new Map(everyComponent(document).map((each) => [each['bom-ref'], `${each.name} ${each.version}`]));
    const root = document.components.find(({ type }) => type === 'application');
    const graph: Record<string, string[]> = {};
    for (const { ref, dependsOn = [] } of document.dependencies) {
      const name = ref === root?.['bom-ref'] ? 'kite-shop 2.0.0' : names.get(ref);
      if (name !== undefined) graph[name] = dependsOn.map((target) => names.get(target) ?? target).sort();
    }
    expect(graph).toEqual(await graphOfNpm(application));
  });

  it('have an entity tag, and are sent compressed', async () => {
    const path = `/api/v1/requests/${idOf('everything')}/sbom`;
    const compressed = await service.fetch(path, { headers: { 'accept-encoding': 'gzip' } });
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    const plain = await service.fetch(path, { headers: { 'accept-encoding': 'identity' } });
    expect(await plain.text()).toBe(await compressed.text());
    for (const response of [plain, compressed]) {
      const again = await service.fetch(path, { headers: { 'if-none-match': response.headers.get('etag') ?? '' } });
      expect([again.status, await again.text()]).toEqual([304, '']);
    }
  });

  it('stay as they are, to the byte, when the requests are stale; old endpoints answer as ever', async () => {
    const paths = [...views.values()].flatMap(({ id }) => [
      ...FORMATS.map((format) => `requests/${id}/sbom?format=${format}`),
      `requests/${id}/provenance`,
    ]);
    const before = await Promise.all(paths.map(text));
    const ids = [...views.values()].map(({ id }) => id);
    for (const id of ids) {
      const response = await service.fetch(`/api/v1/requests/${id}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ state: 'stale', state_reason: 'The request has expired' }),
      });
      expect(response.status).toBe(200);
    }
    await service.kill('SIGTERM');
    await service.restart();
    const after = await Promise.all(paths.map(text));
    expect(paths.filter((_, at) => after[at] !== before[at])).toEqual([]);
    const combined = await service.fetch(`/api/v1/sbom?requests=${ids.join(',')}`);
    expect([combined.status, await combined.json()]).toEqual([400, { error: expect.stringContaining(`${ids[0]} is stale`) }]);
    expect(await (await service.fetch(`/api/v1/requests/${ids[0]}/content-manifest`)).json()).toMatchObject({ image_contents: [] });
  });
});

function everyComponent({ components }: { components: CycloneDxComponent[] }): CycloneDxComponent[] {
  return components.flatMap((each) => [each, ...everyComponent({ components: each.components ?? [] })]);
}

interface ListedNode {
  version?: string;
  resolved?: string;
  dependencies?: Record<string, ListedNode>;
}

/** Who requires whom by `npm ls --all --json --package-lock-only`, in the names and versions that are reported. */
async function graphOfNpm(application: Application): Promise<Record<string, string[]>> {
  const directory = await mkdtemp(join(tmpdir(), 'cachito-npm-ls-'));
  try {
    for (const [path, content] of Object.entries(application)) await writeFile(join(directory, path), content);
    const args = ['ls', '--all', '--json', '--long', '--package-lock-only'];
    const { stdout } = await execa('npm', args, { cwd: directory, stderr: 'ignore' });
    const graph: Record<string, Set<string>> = {};
    const visit = (own: string, { dependencies = {} }: ListedNode): void => {
      graph[own] ??= new Set();
      for (const node of Object.values(dependencies) as (ListedNode & { name?: string })[]) {
        if (node.name === undefined) continue;
        const isExternal = node.resolved?.startsWith('git+') || node.resolved?.includes('127.0.0.1');
        const child = `${node.name} ${isExternal ? node.resolved : node.version}`;
        graph[own].add(child);
        visit(child, node);
      }
    };
    visit('kite-shop 2.0.0', JSON.parse(stdout) as ListedNode);
    return Object.fromEntries(Object.entries(graph).map(([name, children]) => [name, [...children].sort()]));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
