import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { PUBLIC_REGISTRIES } from '../src/config/index.js';
import { makeCertificate, type Running, serveTls } from '../src/download/__fixtures__/servers.js';
import type { RegistryEntry } from '../src/packages/index.js';
import { escapeUpperCase, moduleFile } from '../src/registries/goproxy/testing.js';
import type { RegistryAccess } from '../src/registries/index.js';
import { RegistryService } from '../src/registries/testing.js';
import { goEnvironment } from './support/go-command.js';
import { cleanEnvironment } from './support/npm-clients.js';
import { itWithTool } from './support/tools.js';

const PROGRAM = `package main

import (
	"fmt"

	"github.com/BurntSushi/toml"
	"github.com/pkg/errors"
)

func main() {
	var document struct{ Name string }
	_, err := toml.Decode("Name = \\"kite\\"", &document)
	fmt.Println(document.Name, errors.WithMessage(err, "odd"))
}
`;
const GO = 'go';
const MODULES = [
  ['github.com/BurntSushi/toml', 'v1.3.2'],
  ['github.com/pkg/errors', 'v0.9.1'],
] as const;

/**
 * The real `go` on a machine that reaches nothing but this service, with no modules in its cache. There is TLS before the
 * service: `go` sends no credentials without it.
 */
describe('a locked GOPROXY', () => {
  let service: RegistryService;
  let entries: RegistryEntry[];
  let scratch: string;
  let secure: Running;
  let authorities: string;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cachito-goproxy-'));
    authorities = join(scratch, 'authorities.pem');
    const certificate = makeCertificate('IP:127.0.0.1');
    await writeFile(authorities, certificate.cert);
    service = await RegistryService.start();
    secure = await serveTls(certificate, (...call) => void service.app.getHttpServer().emit('request', ...call));
    entries = (await Promise.all(MODULES.map(([name, version]) => fetchModule(name, version)))).flat();
  });
  afterAll(async () => {
    await secure?.close();
    await service?.close();
    // Go makes what lies in its module cache read-only.
    await execa('chmod', ['-R', 'u+w', scratch]);
    await rm(scratch, { recursive: true, force: true });
  });

  itWithTool('go', 'has all that a build needs', async () => {
    const access = await seal();
    const { directory, go } = await application(address(access));
    expect(await go('build', '-o', 'app', '.')).toMatchObject({ exitCode: 0 });
    expect((await execa(join(directory, 'app'))).stdout).toBe('kite <nil>');
    expect(await go('get', 'github.com/pkg/errors@latest')).toMatchObject({ exitCode: 0 });
    expect(await go('list', '-m', '-versions', 'github.com/pkg/errors')).toMatchObject({
      output: 'github.com/pkg/errors v0.9.1',
    });
    expect(await go('mod', 'verify')).toMatchObject({ output: 'all modules verified' });
    expect(await go('mod', 'tidy')).toMatchObject({ exitCode: 0 });
  });

  itWithTool('go', 'takes credentials from .netrc', async () => {
    const { username, password, path } = await seal();
    const { home, go } = await application(`${secure.url}/${path}`);
    await writeFile(join(home, '.netrc'), `machine ${new URL(secure.url).host} login ${username} password ${password}\n`);
    expect(await go('build', '-o', 'app', '.')).toMatchObject({ exitCode: 0 });
  });

  itWithTool('go', 'has nothing else', async () => {
    const access = await seal();
    const { go } = await application(address(access));
    for (const module of ['github.com/google/uuid@v1.6.0', 'github.com/pkg/errors@v0.8.1', 'example.org/none@latest']) {
      const { exitCode, output } = await go('get', module);
      expect([module, exitCode, output]).toEqual([module, 1, expect.stringContaining('404 Not Found')]);
      expect(output).toContain(`${module.replace('@latest', '')} `);
      expect(output).toContain(`is not part of request ${access.id}`);
    }
  });

  itWithTool('go', 'lets nobody else in', async () => {
    const [access, other, ended] = [await seal(), await seal(), await seal()];
    await service.change(ended.id, 'stale');
    const table: [string, string, string, string][] = [
      ['a wrong password', address({ ...access, password: 'wrong' }), '401 Unauthorized', 'needs the credentials'],
      ['no password', `${secure.url}/${access.path}`, '401 Unauthorized', 'needs the credentials'],
      ['another request', address({ ...other, path: access.path }), '403 Forbidden', 'its own registry only'],
      ['no TLS', address(access, service.origin), 'refusing to pass credentials', 'insecure URL'],
      ['a request that has ended', address(ended), '401 Unauthorized', 'ends with the request'],
    ];
    for (const [who, proxy, status, message] of table) {
      const { go } = await application(proxy);
      const { exitCode, output } = await go('build', '.');
      expect([who, exitCode, output]).toEqual([who, 1, expect.stringContaining(status)]);
      expect(output).toContain(message);
      for (const { password } of [access, other, ended]) expect(output).not.toContain(password);
    }
  });

  function seal(): Promise<RegistryAccess & { id: number }> {
    return service.seal(entries, { packageManager: 'gomod' });
  }

  function address({ username, password, path }: RegistryAccess, base = secure.url): string {
    return `${base.replace('//', `//${username}:${password}@`)}/${path}`;
  }

  async function fetchModule(name: string, version: string): Promise<RegistryEntry[]> {
    const kinds = ['info', 'mod', 'zip'] as const;
    const base = `${PUBLIC_REGISTRIES.gomod}${escapeUpperCase(name)}/@v/${version}`;
    return Promise.all(
      kinds.map(async (kind) => {
        const response = await fetch(`${base}.${kind}`);
        expect([name, response.status]).toEqual([name, 200]);
        return moduleFile(service, kind, name, version, Buffer.from(await response.arrayBuffer()));
      }),
    );
  }

  /** A fresh program, and `go` for it with settings as the configuration file of a request has them. */
  async function application(proxy: string) {
    const home = await mkdtemp(join(scratch, 'home-'));
    const directory = join(home, 'application');
    await mkdir(directory);
    const required = MODULES.map(([name, version]) => `require ${name} ${version}\n`).join('');
    await writeFile(join(directory, 'go.mod'), `module example.org/app\n\ngo 1.18\n\n${required}`);
    await writeFile(join(directory, 'main.go'), PROGRAM);
    await writeFile(join(home, 'registry.env'), `GOPROXY=${proxy}\nGOSUMDB=off\nGOVCS=*:off\n`);
    const env = {
      ...cleanEnvironment(home),
      SSL_CERT_FILE: authorities,
      GOENV: join(home, 'registry.env'),
      GOFLAGS: '-mod=mod',
      GOTOOLCHAIN: 'local',
      GOCACHE: goEnvironment().GOCACHE,
      CGO_ENABLED: '0',
    };
    const go = async (...args: string[]) => {
      const options = { cwd: directory, env, extendEnv: false, reject: false, all: true } as const;
      const { exitCode, all } = await execa(GO, args, options);
      return { exitCode, output: String(all) };
    };
    return { home, directory, go };
  }
});
