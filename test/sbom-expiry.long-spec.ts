import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import pLimit from 'p-limit';
import { SBOM_FORMATS } from '../src/manifests/sbom/sbom-formats.js';
import { FileServer } from './support/file-server.js';
import { GitServer } from './support/git-server.js';
import { networksOfPublicRegistries } from './support/public-registries.js';
import { REQUESTED, type Requested, sbomApplication } from './support/sbom-application.js';
import { type RequestView, Service } from './support/service.js';

const REQUESTS = 1_000;
const COMMITS = 25;
/** Requests that are queued together, documents that are read together. */
const [WAVE, READERS] = [50, 4];
/** Registries that are asked: soon, nobody is answered who comes with credentials that are not known. */
const ASKED = 5;
const LONG = 3_600_000;
const PROGRAM = join(import.meta.dirname, '../dist/src/main.js');

const DOCUMENTS = [...SBOM_FORMATS.map((format) => `sbom?format=${format}`), 'provenance'];
/** A dependency of each package manager, and the kinds of requests that have it. */
const USES = [
  ['npm', 'debug', ['npm', 'everything']],
  ['gomod', 'github.com/davecgh/go-spew', ['gomod', 'everything']],
  ['pip', 'flask', ['pip', 'everything']],
] as const satisfies [type: string, name: string, Requested[]][];

interface Made {
  kind: Requested;
  view: RequestView;
}

/** A page of requests, or of the uses of a dependency. */
interface Page {
  items: { request: { state: string } }[];
  meta: { total: number };
}

describe(`${REQUESTS} requests that expire`, () => {
  let git: GitServer;
  let files: FileServer;
  let service: Service;
  let environment: Record<string, string>;
  let made: Made[];
  /** Digests of all documents while the requests were complete, by their addresses. */
  let before: Map<string, string>;
  let indexes: string[];

  beforeAll(async () => {
    [git, files] = await Promise.all([GitServer.start(), FileServer.start()]);
    environment = {
      CACHITO_ALLOWED_PRIVATE_NETWORKS: await networksOfPublicRegistries(),
      // Names the service in provenance: the port is another one after a restart.
      CACHITO_PUBLIC_URL: 'https://cachito.acme.dev',
      CACHITO_WORKER_CONCURRENCY: '4',
    };
    service = await Service.start(environment);
    made = await timed('requests', makeRequests);
    before = await timed('documents before', digests);
    indexes = made.flatMap(({ view }) => indexOf(view) ?? []).slice(0, ASKED);
    expect(await statuses(indexes)).toEqual([200]);
    expect(await stored()).toBeGreaterThan(0);

    const { stdout } = await timed('expiry', () =>
      execa(process.execPath, [PROGRAM, 'cleanup'], {
        env: { PATH: process.env.PATH, ...environment, CACHITO_DATA_DIR: service.dataDirectory, CACHITO_REQUEST_LIFETIME: '0' },
        extendEnv: false,
      }),
    );
    expect(stdout).toBe(`Requests that became stale: ${REQUESTS}`);
    // Nothing that it remembers helps.
    await service.kill('SIGTERM');
    await service.restart();
  }, LONG);
  afterAll(async () => {
    await service?.close();
    await Promise.all([git?.stop(), files?.stop()]);
  });

  it('are stale', async () => {
    const { meta } = JSON.parse(await text('requests?state=stale&per_page=1')) as Page;
    expect(meta.total).toBe(REQUESTS);
  });

  it(
    'keep every document to the byte',
    async () => {
      const after = await timed('documents after', digests);
      expect(after.size).toBe(REQUESTS * DOCUMENTS.length);
      expect([...after].filter(([path, digest]) => before.get(path) !== digest)).toEqual([]);
      console.log(`${after.size} documents, ${new Set(after.values()).size} of them different, are byte-equal`);
    },
    LONG,
  );

  it(
    'have no bundles, registries and configuration files',
    async () => {
      expect(await stored()).toBe(0);
      expect(await statuses(made.map(({ view }) => `/api/v1/requests/${view.id}/download`))).toEqual([400]);
      expect(await statuses(indexes)).toEqual([401]);
      const configuration = await all(made, async ({ view }) => text(`requests/${view.id}/configuration-files`));
      expect(new Set(configuration)).toEqual(new Set(['[]']));
    },
    LONG,
  );

  it.each(USES)('are found by what they use: %s', async (type, name, kinds: readonly Requested[]) => {
    const expected = made.filter(({ kind }) => kinds.includes(kind)).length;
    const query = `dependencies?type=${type}&name=${encodeURIComponent(name)}`;
    const { items, meta } = JSON.parse(await text(query)) as Page;
    expect(meta.total).toBe(expected);
    expect(items.every(({ request }) => request.state === 'stale')).toBe(true);
  });

  /** Requests of every kind for several commits, in waves. */
  async function makeRequests(): Promise<Made[]> {
    const { repo, ref, nextCommit } = await sbomApplication({ git, files });
    const refs = [ref];
    while (refs.length < COMMITS) refs.push(await nextCommit());
    const kinds = Object.keys(REQUESTED) as Requested[];
    const wanted = Array.from({ length: REQUESTS }, (_, at) => ({ kind: kinds[at % kinds.length], ref: refs[at % COMMITS] }));
    const done: Made[] = [];
    for (let first = 0; first < REQUESTS; first += WAVE) {
      const wave = wanted.slice(first, first + WAVE);
      done.push(
        ...(await Promise.all(
          wave.map(async (each) => ({
            kind: each.kind,
            view: await service.complete({ repo, ref: each.ref, ...REQUESTED[each.kind] }),
          })),
        )),
      );
    }
    return done;
  }

  async function digests(): Promise<Map<string, string>> {
    const paths = made.flatMap(({ view }) => DOCUMENTS.map((document) => `requests/${view.id}/${document}`));
    const pairs = await all(paths, async (path) => [path, sha256(await text(path))] as const);
    return new Map(pairs);
  }

  async function text(path: string): Promise<string> {
    const response = await service.fetch(`/api/v1/${path}`);
    if (response.status !== 200) throw new Error(`${path} answers with status ${response.status}`);
    return response.text();
  }

  /** The different statuses of answers. */
  async function statuses(addresses: readonly string[]): Promise<number[]> {
    const found = await all(addresses, async (address) => {
      const { pathname, username, password } = new URL(address, 'http://host');
      const headers: Record<string, string> = username === '' ? {} : { authorization: `Basic ${btoa(`${username}:${password}`)}` };
      const response = await service.fetch(pathname, { headers });
      await response.body?.cancel();
      return response.status;
    });
    return [...new Set(found)];
  }

  /** How many bundles there are. */
  async function stored(): Promise<number> {
    const entries = await readdir(join(service.dataDirectory, 'bundles'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  }
});

/** Page of a package in the Python index of a request, with its credentials. */
function indexOf({ environment_variables: variables }: RequestView): string | undefined {
  const { PIP_INDEX_URL: url } = variables as Record<string, string | undefined>;
  return url === undefined ? undefined : `${url}/flask/`;
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

function all<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const limit = pLimit(READERS);
  return Promise.all(items.map((item) => limit(() => work(item))));
}

/** Prints how long something took. */
async function timed<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const begun = performance.now();
  const result = await work();
  console.log(`${name}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return result;
}
