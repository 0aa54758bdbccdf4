import { mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** Modules, toolchains and build results that tests of a machine share; `go` itself verifies and locks what is in it. */
const SHARED = join(tmpdir(), `cachito-test-go-${userInfo().uid}`);

/**
 * The environment of tests that ask the real `go`: nothing of the developer's but PATH, modules from the public proxy,
 * verified by the checksum database, no VCS.
 */
export function goEnvironment(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: join(SHARED, 'home'),
    GOENV: 'off',
    GOFLAGS: '-modcacherw',
    GOPATH: SHARED,
    GOMODCACHE: join(SHARED, 'modules'),
    GOCACHE: join(SHARED, 'build'),
    GOPROXY: 'https://proxy.golang.org',
    GOSUMDB: 'sum.golang.org',
    GOVCS: '*:off',
    GOTOOLCHAIN: 'local',
    GO111MODULE: 'on',
    CGO_ENABLED: '1',
  };
}

export interface GoOptions {
  directory: string;
  /** Laid over `goEnvironment()`. */
  env?: Record<string, string>;
  /** Another `go` than the installed one. */
  binary?: string;
}

/** Runs the real `go`; returns what it printed. */
export async function go(args: string[], { directory, env = {}, binary = 'go' }: GoOptions): Promise<string> {
  await mkdir(join(SHARED, 'home'), { recursive: true });
  const options = { cwd: directory, env: { ...goEnvironment(), ...env }, extendEnv: false, maxBuffer: 2 ** 29 } as const;
  return (await execa(binary, args, options)).stdout;
}

/** The objects that `go … -json` prints one after the other. */
export async function goObjects<Type>(args: string[], options: GoOptions): Promise<Type[]> {
  const output = await go(args, options);
  return JSON.parse(`[${output.replaceAll(/^\}$\n\{/gm, '},\n{')}]`) as Type[];
}

/** The binary of a Go version like `1.21.6`: fetched as a module through the proxy, verified, kept. */
export async function goToolchain(version: string): Promise<string> {
  const env = { GOTOOLCHAIN: `go${version}` };
  return join(await go(['env', 'GOROOT'], { directory: tmpdir(), env }), 'bin/go');
}

/** Version of the installed `go`, like `1.26.8`. */
export async function installedGoVersion(): Promise<string> {
  return (await go(['env', 'GOVERSION'], { directory: tmpdir() })).replace(/^go/, '');
}
