import { access, constants, mkdir } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { GoToolchain } from '../command/go-command.js';
import { goEnvironment } from '../command/go-environment.js';
import { GoProcess } from '../command/go-process.js';
import { prepareScratch } from '../command/prepare-scratch.js';
import { compareGoVersions, parseGoVersion } from '../modules/go-version.js';

/** Older ones print no chosen fields (`go list -json=Deps`), and have no limit of memory. */
const OLDEST = '1.19';
/** Milliseconds. It answers in some ten. */
const TIMEOUT = 30_000;
const MAX_MEMORY = 2 ** 30;
const MAX_OUTPUT = 64 * 1024;

/**
 * The first go in the directories of `searchPath` (as in `PATH`) that works and is not older than 1.19. What is found may
 * be a script that starts another: the one that it names as its own is used. `scratch` is a directory that may be made.
 */
export async function findInstalledGo(
  searchPath: string,
  scratch: string,
  signal: AbortSignal,
): Promise<GoToolchain | undefined> {
  for (const directory of searchPath.split(delimiter).filter(isAbsolute)) {
    const file = join(directory, 'go');
    if (!(await isExecutable(file))) continue;
    const found = await ask(file, { searchPath, scratch, signal });
    if (found !== undefined) return found;
  }
  return undefined;
}

async function ask(
  binary: string,
  { searchPath, scratch, signal }: { searchPath: string; scratch: string; signal: AbortSignal },
): Promise<GoToolchain | undefined> {
  await mkdir(scratch, { recursive: true });
  await prepareScratch(scratch);
  const environment = goEnvironment({
    toolchain: { version: OLDEST, goroot: dirname(dirname(binary)) },
    scratch,
    goModCache: join(scratch, 'modules'),
    proxy: 'off',
    privateModules: [],
    cgo: true,
    maxMemory: MAX_MEMORY,
    directory: scratch,
    workFile: 'off',
  });
  const go = new GoProcess({
    name: 'go env',
    binary,
    args: ['env', '-json', 'GOROOT', 'GOVERSION'],
    directory: scratch,
    environment: { ...environment, PATH: searchPath },
    timeout: TIMEOUT,
    maxMemory: MAX_MEMORY,
    signal,
  });
  try {
    return await toolchainOf(await read(go.stdout));
  } catch {
    signal.throwIfAborted();
    return undefined;
  } finally {
    await go.stop();
  }
}

async function toolchainOf(printed: string): Promise<GoToolchain | undefined> {
  const { GOROOT: goroot, GOVERSION } = JSON.parse(printed) as Record<string, unknown>;
  const version = parseGoVersion(String(GOVERSION));
  if (typeof goroot !== 'string' || !isAbsolute(goroot) || version === undefined) return undefined;
  const binary = join(goroot, 'bin', 'go');
  const isUsable = compareGoVersions(version, OLDEST) >= 0 && (await isExecutable(binary));
  return isUsable ? { version, goroot, binary } : undefined;
}

async function read(output: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of output) {
    size += chunk.length;
    if (size > MAX_OUTPUT) throw new RangeError('It prints too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(() => true, () => false);
}
