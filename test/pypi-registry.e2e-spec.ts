import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import type { RegistryEntry } from '../src/packages/index.js';
import type { RegistryAccess } from '../src/registries/index.js';
import { RegistryService } from '../src/registries/testing.js';
import { freePort, startNginx } from './support/nginx.js';
import { archiveProjects, EEL_PATH } from './support/pypi-projects.js';
import { clientObstacle, pythonClient, type PythonClientName, pythonEnvironment } from './support/python-clients.js';
import { itUnless, itWithTool, missingTool } from './support/tools.js';

const PIPS: readonly PythonClientName[] = ['pip-20', 'pip-23', 'pip'];
const ALL: readonly PythonClientName[] = [...PIPS, 'uv'];
const MODERN = ALL.filter((client) => client !== 'pip-20');

const STORM_KIT = 'packages/storm-kit/1.2/Storm_Kit-1.2.tar.gz';
const GALE = 'packages/gale/2.0/gale-2.0-py3-none-any.whl';
const BREEZE = 'packages/breeze/0.5/breeze-0.5-py3-none-any.whl';

/** A call as the service saw it, below the registry's part; `GET 200 simple/storm-kit/`. */
interface Asked {
  call: string;
  accept: string;
}

/** Real clients on a machine that reaches nothing but this service, with nothing in their caches. */
describe('a locked Python registry', () => {
  let service: RegistryService;
  let scratch: string;
  let projects: Map<string, RegistryEntry>;
  const asked: Asked[] = [];

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cachito-python-'));
    service = await RegistryService.start();
    service.app.getHttpServer().on('request', record);
    projects = await archiveProjects(service);
  });
  afterAll(async () => {
    await service?.close();
    await rm(scratch, { recursive: true, force: true });
  });
  beforeEach(() => void asked.splice(0));

  itWithEach(ALL, 'installs what is pinned by hashes', async (client) => {
    const access = await seal('storm-kit', 'gale', 'breeze', 'hail', 'hail-maker');
    const file = await requirements('storm-kit==1.2', 'gale==2.0', 'breeze==0.5', 'hail==3.0');
    const installed = await run(client, ['install', '--require-hashes', '-r', file], access);
    expect(installed).toMatchObject({ exitCode: 0 });
    expect(await installed.import('storm_kit', 'gale', 'breeze', 'hail')).toBe('1.2 2.0 0.5 3.0');
    // Credentials of the index go with the first call of each kind already.
    expect(asked.filter(({ call }) => !/^(GET|HEAD) 20[06] /.test(call))).toEqual([]);
    const pages = asked.filter(({ call }) => call.endsWith('/'));
    const names = ['breeze', 'gale', 'hail-maker', 'hail', 'storm-kit'];
    expect(pages.map(({ call }) => call).sort()).toEqual(names.map((name) => `GET 200 simple/${name}/`));
    const first = client === 'pip-20' ? 'text/html' : 'application/vnd.pypi.simple.v1+json';
    expect(new Set(pages.map(({ accept }) => accept.split(',')[0]))).toEqual(new Set([first]));
  });

  itWithEach(PIPS, 'downloads', async (client) => {
    const access = await seal('storm-kit', 'gale');
    const file = await requirements('Storm.KIT==1.2', 'gale==2.0');
    const downloaded = await run(client, ['download', '--require-hashes', '-r', file], access);
    expect(downloaded).toMatchObject({ exitCode: 0 });
    expect((await readdir(downloaded.target)).sort()).toEqual([
      'Storm_Kit-1.2.tar.gz',
      'gale-2.0-py3-none-any.whl',
    ]);
  });

  itWithEach(ALL, 'refuses other bytes than those that are pinned', async (client) => {
    const file = join(scratch, `wrong-${client}.txt`);
    await writeFile(file, `storm-kit==1.2 --hash=sha256:${'0'.repeat(64)}\n`);
    const access = await seal('storm-kit');
    const { exitCode, output } = await run(client, ['install', '--require-hashes', '-r', file], access);
    expect([exitCode, output]).toEqual([1, expect.stringMatching(/match the hashes|hash mismatch/i)]);
  });

  itWithEach(['pip', 'uv'], 'reads the metadata of a wheel before the wheel', async (client) => {
    const installed = await run(client, ['install', 'gale'], await seal('gale', 'storm-kit'));
    expect(await installed.import('gale', 'storm_kit')).toBe('2.0 1.2');
    const calls = asked.map(({ call }) => call);
    expect(calls).toContain(`GET 200 ${GALE}.metadata`);
    expect(calls.indexOf(`GET 200 ${GALE}.metadata`)).toBeLessThan(calls.indexOf(`GET 200 ${GALE}`));
  });

  itWithEach(MODERN, 'reads a part of a wheel', async (client) => {
    const options = client === 'uv' ? [] : ['--use-feature=fast-deps'];
    const installed = await run(client, ['install', ...options, 'breeze'], await seal('breeze'));
    expect(await installed.import('breeze')).toBe('0.5');
    const [, head, part] = asked.map(({ call }) => call);
    expect([head, part]).toEqual([`HEAD 200 ${BREEZE}`, `GET 206 ${BREEZE}`]);
  });

  itWithEach(ALL, 'fails where a build requirement is not locked', async (client) => {
    const { exitCode, output } = await run(client, ['install', 'hail==3.0'], await seal('hail'));
    expect([exitCode === 0, output]).toEqual([false, expect.stringContaining('hail-maker')]);
    expect(asked.map(({ call }) => call)).toContain('GET 404 simple/hail-maker/');
  });

  itWithEach(MODERN, 'builds an old project with the setuptools that are locked, or fails', async (client) => {
    const options = client === 'uv' ? [] : ['--use-pep517'];
    const without = await run(client, ['install', ...options, 'rain==1.0'], await seal('rain'));
    expect([without.exitCode === 0, without.output]).toEqual([false, expect.stringContaining('setuptools')]);
    expect(asked.map(({ call }) => call)).toContain('GET 404 simple/setuptools/');
    // pip 23 and older want `wheel` besides.
    const access = await seal('rain', 'setuptools', 'wheel');
    const installed = await run(client, ['install', ...options, 'rain==1.0'], access);
    expect(installed).toMatchObject({ exitCode: 0 });
    expect(await installed.import('rain')).toBe('1.0');
  });

  itWithEach(MODERN, 'takes a yanked file only where it is pinned', async (client) => {
    const access = await seal('mist');
    const pinned = await run(client, ['install', 'mist==1.0'], access);
    expect(pinned).toMatchObject({ exitCode: 0, output: expect.stringContaining('it is "broken" <br>') });
    expect(await run(client, ['install', 'mist'], access)).toMatchObject({ exitCode: 1 });
  });

  itWithEach(ALL, 'has nothing else', async (client) => {
    const access = await seal('storm-kit');
    for (const requirement of ['gale', 'storm-kit==1.3', 'idna==3.7']) {
      const { exitCode, output } = await run(client, ['install', requirement], access);
      expect([exitCode, output]).toEqual([1, expect.stringContaining(requirement)]);
      expect(output).not.toContain(access.password);
    }
    expect(new Set(asked.map(({ call }) => call))).toEqual(
      new Set(['GET 404 simple/gale/', 'GET 200 simple/storm-kit/', 'GET 404 simple/idna/']),
    );
  });

  itWithEach(ALL, 'lets nobody else in', async (client) => {
    const [access, other, ended] = [await seal('storm-kit'), await seal('storm-kit'), await seal('storm-kit')];
    await service.change(ended.id, 'stale');
    const table: [string, string, number][] = [
      ['a wrong password', address({ ...access, password: 'wrong' }), 401],
      ['no credentials', `${service.origin}/${access.repositoryPaths.hosted}simple`, 401],
      ['another request', address({ ...other, repositoryPaths: access.repositoryPaths }), 403],
      ['a request that has ended', address(ended), 401],
    ];
    for (const [who, index, status] of table) {
      asked.splice(0);
      const { exitCode, output } = await run(client, ['install', 'storm-kit==1.2'], index);
      expect([who, exitCode === 0, new Set(asked.map(({ call }) => call))]).toEqual([
        who,
        false,
        new Set([`GET ${status} simple/storm-kit/`]),
      ]);
      for (const { password } of [access, other, ended]) expect(output).not.toContain(password);
    }
  });

  itWithEach(ALL, 'installs another archive by its address', async (client) => {
    const access = await seal('eel', 'storm-kit');
    const sha256 = projects.get('eel')?.artifact.sha256 ?? '';
    const raw = `${withUser(access, service.origin)}/${access.repositoryPaths.raw}${EEL_PATH}`;
    const file = join(await mkdtemp(join(scratch, 'raw-')), 'requirements.txt');
    const fragments = [`egg=eel&cachito_hash=sha256:${sha256}`, `cachito_hash=sha256%3A${sha256}`];
    for (const fragment of fragments) {
      await writeFile(file, `eel @ ${raw}#${fragment} --hash=sha256:${sha256}\n`);
      const installed = await run(client, ['install', '--require-hashes', '-r', file], access);
      expect(installed).toMatchObject({ exitCode: 0 });
      expect(await installed.import('eel')).toBe('0.1');
    }
    expect(new Set(asked.map(({ call }) => call))).toEqual(new Set([`GET 200 ${EEL_PATH}`]));
  });

  describe('behind a proxy that adds a prefix and compresses', () => {
    let base: string;
    let behind: RegistryService;
    let stop: () => Promise<void>;
    let access: RegistryAccess;

    beforeAll(async () => {
      const port = await freePort();
      base = `http://127.0.0.1:${port}/cachito`;
      behind = await RegistryService.start({ server: { publicUrl: base } });
      stop = await startNginx(join(scratch, 'nginx'), { port, prefix: '/cachito/', origin: behind.origin });
      behind.app.getHttpServer().on('request', record);
      const own = await archiveProjects(behind);
      const entries = ['storm-kit', 'gale', 'breeze'].flatMap((name) => own.get(name) ?? []);
      access = await behind.seal(entries, { packageManager: 'pip' });
    });
    afterAll(async () => {
      await stop?.();
      await behind?.close();
    });

    itWithEach(ALL, 'installs', async (client) => {
      const installed = await run(client, ['install', 'gale', 'breeze'], address(access, base));
      expect(installed).toMatchObject({ exitCode: 0 });
      expect(await installed.import('gale', 'storm_kit', 'breeze')).toBe('2.0 1.2 0.5');
    }, missingTool('nginx'));

    itUnless(missingTool('python3') ?? missingTool('nginx'), 'is redirected to the right place', async () => {
      const { status, url } = await fetch(`${base}/${access.repositoryPaths.hosted}simple/Storm_Kit?x=1`, {
        headers: { authorization: `Basic ${btoa(`${access.username}:${access.password}`)}` },
      });
      expect([status, url]).toEqual([200, `${base}/${access.repositoryPaths.hosted}simple/storm-kit/?x=1`]);
    });
  });

  itWithTool('python3', 'tells the same length to HEAD and GET', async () => {
    const access = await seal('storm-kit', 'gale');
    for (const path of [STORM_KIT, GALE, `${GALE}.metadata`]) {
      const own = { ...access, path: access.repositoryPaths.hosted };
      const [head, get] = [await service.call(own, path, { method: 'HEAD' }), await service.call(own, path)];
      const { byteLength } = await get.arrayBuffer();
      expect(head.headers.get('content-length')).toBe(String(byteLength));
      expect(get.headers.get('content-encoding')).toBeNull();
    }
  });

  function record(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    const path = url.replace(/^\/repository\/cachito-pip-(hosted|raw)-\d+\//, '');
    const entry = { call: '', accept: headers.accept ?? '' };
    asked.push(entry);
    response.on('close', () => (entry.call = `${method} ${response.statusCode} ${path}`));
  }

  function seal(...names: string[]): Promise<RegistryAccess & { id: number }> {
    return service.seal(
      names.flatMap((name) => projects.get(name) ?? []),
      { packageManager: 'pip' },
    );
  }

  /** A requirements file with the right hashes. */
  async function requirements(...lines: string[]): Promise<string> {
    const file = join(await mkdtemp(join(scratch, 'requirements-')), 'requirements.txt');
    const hashed = lines.map((line) => {
      const name = line.replace(/==.*/, '').replaceAll('.', '-').toLowerCase();
      return `${line} --hash=sha256:${projects.get(name)?.artifact.sha256}\n`;
    });
    await writeFile(file, hashed.join(''));
    return file;
  }

  function address(access: RegistryAccess, base = service.origin): string {
    return `${withUser(access, base)}/${access.repositoryPaths.hosted}simple`;
  }

  /** Runs a client in a fresh home; `index` is the address of the index, or whose it is. */
  async function run(
    name: PythonClientName,
    [verb, ...args]: ['install' | 'download', ...string[]],
    index: RegistryAccess | string,
  ) {
    const home = await mkdtemp(join(scratch, 'home-'));
    const target = join(home, 'target');
    const client = await pythonClient(name);
    const [command, ...first] = client.command;
    const where = [verb === 'install' ? '--target' : '--dest', target];
    if (name === 'uv') where.push('--python', client.python);
    const env = pythonEnvironment(home, typeof index === 'string' ? index : address(index));
    const options = { cwd: home, env, extendEnv: false, reject: false, all: true, stdin: 'ignore', timeout: 100_000 } as const;
    const { exitCode, all: output } = await execa(command, [...first, verb, ...where, ...args], options);
    const importing = async (...modules: string[]): Promise<string> => {
      const program = `import ${modules.join(', ')}; print(${modules.map((each) => `${each}.VERSION`).join(', ')})`;
      return (await execa(client.python, ['-c', program], { env: { ...env, PYTHONPATH: target } })).stdout;
    };
    return { exitCode, output, target, import: importing };
  }
});

function withUser({ username, password }: RegistryAccess, base: string): string {
  return base.replace('//', `//${username}:${password}@`);
}

function itWithEach(
  clients: readonly PythonClientName[],
  name: string,
  test: (client: PythonClientName) => Promise<void>,
  obstacle?: string,
): void {
  for (const client of clients) {
    itUnless(obstacle ?? clientObstacle(client), `${client} ${name}`, () => test(client));
  }
}
