import type { IncomingMessage } from 'node:http';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RegistryEntry } from '../../src/packages/index.js';
import type { RegistryAccess } from '../../src/registries/index.js';
import { RegistryService } from '../../src/registries/testing.js';
import { cleanEnvironment, type ClientName, npmClient } from './npm-clients.js';
import {
  APPLICATION,
  type FetchedPackage,
  fetchPackages,
  type LockFile,
  lockFiles,
  PROGRAM,
  readLockFiles,
} from './tiny-application.js';

/** What one kind of client does with a locked registry, and what it asks of it. */
export interface ClientRow {
  client: readonly [ClientName, string];
  /** Its lock file: written here as others wrote it, or made by the client itself from this very registry. */
  lock: LockFile | { resolvedBy: readonly string[] };
  /** Installs what the lock file names. */
  command: readonly string[];
  /** What it asks for, besides notices of new versions. */
  asks: readonly Asked[];
}

type Asked = 'tarball' | 'packument' | 'audit';

/** The dependency of a dependency that the second installation lacks. */
const REMOVED = 'wrappy';

/** For each row: the client installs all of it, and fails when the registry lacks one package. */
export function npmRegistryCompliance(rows: readonly ClientRow[]): void {
  describe('a locked registry', () => {
    let service: RegistryService;
    let scratch: string;
    let entries: RegistryEntry[];
    let packages: FetchedPackage[];
    const asked: string[] = [];

    beforeAll(async () => {
      scratch = await mkdtemp(join(tmpdir(), 'cachito-clients-'));
      service = await RegistryService.start();
      packages = await fetchPackages();
      const published = '2020-02-03 04:05:06';
      entries = await Promise.all(
        packages.map(({ name, version, bytes }) => service.entry({ name, version, bytes, published })),
      );
      service.app.getHttpServer().on('request', ({ method, url }: IncomingMessage) => asked.push(`${method} ${url}`));
    });
    afterAll(async () => {
      await service?.close();
      await rm(scratch, { recursive: true, force: true });
    });

    it.each(rows.map((row): [string, ClientRow] => [nameOf(row), row]))(
      'serves %s',
      async (_, row) => {
        const access = await service.seal(entries);
        const lock = await lockOf(row, access);
        asked.length = 0;
        const whole = await install(row, access, lock);
        expect(whole).toMatchObject({ exitCode: 0 });
        expect(whole.works).toBe('true');
        expect(kindsOf(asked)).toEqual(new Set(row.asks));

        const left = entries.filter(({ name }) => name !== REMOVED);
        const smaller = await service.seal(left, { id: access.id });
        const broken = await install(row, smaller, lock);
        expect([broken.exitCode === 0, broken.output]).toEqual([false, expect.stringContaining(REMOVED)]);
      },
      240_000,
    );

    async function lockOf(row: ClientRow, access: RegistryAccess): Promise<Record<string, string>> {
      if (typeof row.lock === 'string') return lockFiles(row.lock, `${service.origin}/${access.path}`, packages);
      const { directory } = await run(row, row.lock.resolvedBy, access, {});
      return readLockFiles(directory);
    }

    async function install(row: ClientRow, access: RegistryAccess, lock: Record<string, string>) {
      const { directory, environment, exitCode, output } = await run(row, row.command, access, lock);
      if (exitCode !== 0) return { exitCode, output, works: '' };
      const { stdout } = await execa(process.execPath, ['-e', PROGRAM], {
        cwd: directory,
        env: environment,
        extendEnv: false,
      });
      return { exitCode, output, works: stdout };
    }

    /** Runs the client in a fresh home and a fresh copy of the application. */
    async function run({ client }: ClientRow, args: readonly string[], access: RegistryAccess, lock: object) {
      const home = await mkdtemp(join(scratch, 'home-'));
      const directory = join(home, 'application');
      const files = { 'package.json': JSON.stringify(APPLICATION), '.npmrc': npmrc(service.origin, access), ...lock };
      await mkdir(directory);
      for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
      const [command, ...first] = await npmClient(...client);
      const environment = { ...cleanEnvironment(home), ...berryVariables(service.origin, access) };
      const { exitCode, all } = await execa(command, [...first, ...args], {
        cwd: directory,
        env: environment,
        extendEnv: false,
        reject: false,
        all: true,
        stdin: 'ignore',
        timeout: 100_000,
      });
      return { directory, environment, exitCode, output: String(all) };
    }
  });
}

function nameOf({ client, lock, command }: ClientRow): string {
  const lockName = typeof lock === 'string' ? lock : 'its own';
  return `${client.join(' ')}: ${command.join(' ')}, lock file: ${lockName}`;
}

function kindsOf(calls: readonly string[]): Set<Asked> {
  return new Set(
    calls.flatMap((call): Asked[] => {
      const path = call.replace(/^[A-Z]+ \/repository\/[^/]+\//, '').replace(/\?.*/, '');
      if (path.endsWith('.tgz')) return ['tarball'];
      if (path.startsWith('-/npm/v1/security/')) return ['audit'];
      // Clients ask for news of themselves, if and when they like.
      return ['npm', 'pnpm', 'yarn'].includes(path) ? [] : ['packument'];
    }),
  );
}

/** As the configuration files of a request have it. */
function npmrc(origin: string, { path, username, password }: RegistryAccess): string {
  const registry = `${origin}/${path}`;
  const credentials = Buffer.from(`${username}:${password}`).toString('base64');
  return [
    `registry=${registry}`,
    'email=noreply@domain.local',
    'always-auth=true',
    `${registry.replace(/^\w+:/, '')}:_auth=${credentials}`,
    'fetch-retries=5',
    'fetch-retry-factor=2',
    'strict-ssl=true',
    '',
  ].join('\n');
}

/** Yarn 3 and 4 do not read `.npmrc`. */
function berryVariables(origin: string, { path, username, password }: RegistryAccess): Record<string, string> {
  return {
    YARN_NPM_REGISTRY_SERVER: `${origin}/${path}`,
    YARN_NPM_AUTH_IDENT: `${username}:${password}`,
    YARN_NPM_ALWAYS_AUTH: 'true',
    YARN_UNSAFE_HTTP_WHITELIST: new URL(origin).hostname,
    YARN_NODE_LINKER: 'node-modules',
  };
}
