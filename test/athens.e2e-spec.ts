import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { AthensServer } from './support/athens.js';
import { GoBundle, itBuildsOffline, removeTree } from './support/go-bundle.js';
import { go } from './support/go-command.js';
import { filesOf, writeFiles } from './support/go-module-files.js';
import { GitServer } from './support/git-server.js';
import { Service } from './support/service.js';
import { itWithTool } from './support/tools.js';

const KITE = 'git.acme.example/team/kite';
const ERRORS = 'github.com/pkg/errors';
const UUID = 'github.com/google/uuid';
const VERSIONS: Readonly<Record<string, string>> = { [KITE]: 'v1.2.0', [ERRORS]: 'v0.9.1', [UUID]: 'v1.6.0' };
const PREFIX = '/go/proxy';
const LOGIN = { user: 'cachito', password: 'a-long-passphrase' };

/**
 * A company's Athens, which wants a login, lies below a path, and knows modules that nobody else does, takes the place of
 * the public proxy.
 */
describe('an Athens server', () => {
  let scratch: string;
  let athens: AthensServer;
  /** The same modules without a login: `go` sends no credentials to a server without TLS. */
  let open: AthensServer;
  let git: GitServer;
  let service: Service;
  let programs = 0;
  let known: { repo: string; ref: string };

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cachito-athens-'));
    athens = await AthensServer.start({ prefix: PREFIX, login: LOGIN });
    open = await AthensServer.start();
    for (const server of [athens, open]) {
      server.addPrivate(KITE, VERSIONS[KITE], {
        'go.mod': `module ${KITE}\n\ngo 1.18\n\nrequire ${ERRORS} ${VERSIONS[ERRORS]}\n`,
        'kite.go': `package kite\n\nimport "${ERRORS}"\n\nfunc Fly() error { return errors.New("flies") }\n`,
      });
    }
    git = await GitServer.start();
    service = await Service.start(await settings(LOGIN.password));
    known = await commit([KITE, ERRORS]);
  });
  afterAll(async () => {
    await service?.close();
    await Promise.all([git?.stop(), athens?.stop(), open?.stop()]);
    await removeTree(scratch);
  });

  itWithTool('go', 'gives modules, private ones too, and the status says so', async () => {
    const view = await service.complete(gomod(known));
    expect(view.dependencies).toEqual(
      expect.arrayContaining([
        { type: 'gomod', name: KITE, version: 'v1.2.0', replaces: null },
        { type: 'gomod', name: ERRORS, version: 'v0.9.1', replaces: null },
        { type: 'go-package', name: KITE, version: 'v1.2.0', replaces: null },
      ]),
    );
    expect(athens.requests).toEqual(expect.arrayContaining([`/${KITE}/@v/v1.2.0.zip`, `/${ERRORS}/@v/v0.9.1.zip`]));
    expect(athens.requests.filter((path) => path.includes(`lookup/${KITE}`))).toEqual([]);
    expect(await status()).toEqual([true, { name: 'athens', ok: true }]);
    const sbom = await (await service.fetch(`/api/v1/requests/${view.id}/sbom`)).text();
    expect(sbom).toContain(KITE);
    for (const text of [service.log, sbom, JSON.stringify(view)]) {
      expect(text).not.toContain(LOGIN.password);
      expect(text).not.toContain(Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString('base64'));
    }
  });

  itBuildsOffline('gives all that a build needs', async () => {
    const { id } = await service.complete(gomod(known));
    const bundle = await GoBundle.unpack(service, id, scratch);
    await bundle.go(['build', './...'], { mode: 'offline' });
    await bundle.remove();
  }, 600_000);

  itWithTool('go', 'that has gone away is missed for new modules only', async () => {
    await service.complete(gomod(known));
    const [edited, other] = [await commit([KITE]), await commit([KITE, UUID])];
    await athens.stop();
    try {
      expect(await status()).toEqual([false, { name: 'athens', ok: false, reason: 'connection failed' }]);
      expect((await service.fetch('/readyz')).status).toBe(200);
      expect(await (await service.fetch('/api/v1/status/short')).json()).toEqual({
        ok: false,
        reason: 'athens unavailable: connection failed',
      });
      await service.complete(gomod(known));
      await service.complete(gomod(edited));
      const view = await service.finish((await service.create(gomod(other))).id);
      expect(view).toMatchObject({ state: 'failed', error_type: 'NetworkError' });
      expect(view.state_reason).toContain(UUID);
    } finally {
      await athens.restart();
    }
    await service.complete(gomod(other));
    expect(await status()).toEqual([true, { name: 'athens', ok: true }]);
  });

  itWithTool('go', 'that refuses the credentials is a problem that the status shows', async () => {
    const stranger = await Service.start(await settings('wrong'));
    try {
      expect(await status(stranger)).toEqual([false, { name: 'athens', ok: false, reason: '401: Unauthorized' }]);
      const view = await stranger.finish((await stranger.create(gomod(known))).id);
      expect(view).toMatchObject({ state: 'failed', error_type: 'NetworkError' });
      expect(view.state_reason).toContain('401');
      expect(view.state_reason).toContain('CACHITO_UPSTREAMS_FILE');
    } finally {
      await stranger.close();
    }
  });

  function gomod(source: { repo: string; ref: string }): object {
    return { ...source, pkg_managers: ['gomod'] };
  }

  /** What the service is told about Athens. */
  async function settings(password: string): Promise<NodeJS.ProcessEnv> {
    const directory = await mkdtemp(join(scratch, 'settings-'));
    const entry = { url: athens.url, username: LOGIN.user, password_file: 'password' };
    await writeFile(join(directory, 'password'), password);
    await writeFile(join(directory, 'upstreams.json'), JSON.stringify({ gomod: [entry] }));
    return { CACHITO_ATHENS_URL: athens.url, CACHITO_UPSTREAMS_FILE: join(directory, 'upstreams.json') };
  }

  /** `can_process.gomod`, and what the status says of Athens. */
  async function status(of = service): Promise<[boolean | undefined, object | undefined]> {
    const report = (await (await of.fetch('/api/v1/status')).json()) as {
      can_process: Record<string, boolean>;
      services: { name: string }[];
    };
    return [report.can_process.gomod, report.services.find(({ name }) => name === 'athens')];
  }

  /** A program that imports these modules, and whose `go.sum` a developer's `go` has written. */
  async function commit(modules: readonly string[]): Promise<{ repo: string; ref: string }> {
    const directory = await mkdtemp(join(scratch, 'program-'));
    const required = modules.map((path) => `require ${path} ${VERSIONS[path]}\n`).join('');
    const imports = modules.map((path) => `import _ "${path}"\n`).join('');
    await writeFiles(directory, {
      'go.mod': `module example.org/program\n\ngo 1.18\n\n${required}`,
      'main.go': `package main\n\n${imports}\nfunc main() {}\n`,
    });
    const env = { GOPROXY: open.url, GOMODCACHE: join(scratch, 'modules'), GONOSUMDB: KITE };
    await go(['mod', 'tidy'], { directory, env });
    const repository = await git.createRepository(`team/program-${(programs += 1)}.git`);
    return { repo: repository.url, ref: await repository.commit({ files: await filesOf(directory) }) };
  }
});
