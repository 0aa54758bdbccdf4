import { DataSource } from 'typeorm';
import { type RoomApplication, startRoomApplication } from '../../../test/support/room-application.js';
import { RequestWork, type WorkResult } from '../../requests/index.js';
import { RequestsModule } from '../../requests/requests.module.js';
import { RequestWorkModule } from '../../requests/work/request-work.module.js';
import { ManifestsModule } from '../manifests.module.js';

export const REPO = 'https://git.example/team/app.git';
export const REF = 'a'.repeat(40);

export interface Answer {
  status: number;
  headers: Headers;
  json: Record<string, unknown>;
}

/** The API of requests and of the documents about them, on a free port, with a database of its own. */
export interface ManifestService extends Pick<RoomApplication, 'origin' | 'close'> {
  /** Calls an endpoint below `/api/v1`. */
  call(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  /** Submits a request; nobody works on it. */
  newRequest(): Promise<number>;
  /** Completes it with what a worker would have found. */
  complete(id: number, found: Partial<WorkResult>): Promise<void>;
  /** Gives it a state by the API. */
  change(id: number, state: string): Promise<void>;
}

export async function startManifestService(): Promise<ManifestService> {
  const { app, origin, close } = await startRoomApplication([RequestsModule, RequestWorkModule, ManifestsModule]);

  const call: ManifestService['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${origin}/api/v1/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, json: text === '' ? {} : JSON.parse(text) };
  };

  return {
    origin,
    close,
    call,
    async newRequest() {
      return Number((await call('POST', 'requests', { repo: REPO, ref: REF, pkg_managers: [] })).json.id);
    },
    async complete(id, found) {
      const [{ id: sourceId }]: { id: number }[] = await app.get(DataSource, { strict: false }).query(
        `INSERT INTO "source" ("repo", "repo_name", "ref", "with_submodules", "commit_time", "entries", "size", "index_sha256")
         VALUES ($1, 'r', $2, false, 0, 0, 0, repeat('b', 64)) RETURNING "id"`,
        [`https://git.example/${id}`, REF],
      );
      const work = app.get(RequestWork, { strict: false });
      const claim = await work.claim(id, 'worker', []);
      if (typeof claim === 'string') throw new Error(claim);
      await work.complete(claim, { ...NOTHING, sourceId, within: async () => undefined, ...found });
    },
    async change(id, state) {
      const { status } = await call('PATCH', `requests/${id}`, { state, state_reason: 'said the test' });
      if (status !== 200) throw new Error(`The request did not become ${state}: ${status}`);
    },
  };
}

const NOTHING: Omit<WorkResult, 'sourceId' | 'within'> = {
  packages: [],
  edges: [],
  environment: { registry: {}, offline: {} },
  variables: [],
  files: [],
  buildRequirements: [],
  bundleSha256: 'c'.repeat(64),
};
