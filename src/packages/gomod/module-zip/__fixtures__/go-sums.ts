import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the real `go` has to say of the files of `example.com/kite v1.0.0`. */
export interface GoVerdict {
  /** `h1` of the zip, hexadecimal; undefined when go refuses it. */
  zip?: string;
  /** `h1` of go.mod. */
  mod?: string;
  error?: string;
}

/** Lets `go mod download` take a module from a directory, with everything off that asks the network. */
export async function goVerdict(zip: Buffer, goMod = 'module example.com/kite\n'): Promise<GoVerdict> {
  const directory = await mkdtemp(join(tmpdir(), 'cachito-go-'));
  try {
    const versions = join(directory, 'proxy', 'example.com', 'kite', '@v');
    await mkdir(versions, { recursive: true });
    await writeFile(join(versions, 'v1.0.0.info'), '{"Version":"v1.0.0"}');
    await writeFile(join(versions, 'v1.0.0.mod'), goMod);
    await writeFile(join(versions, 'v1.0.0.zip'), zip);
    return await download(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function download(directory: string): Promise<GoVerdict> {
  // Without HOME there is no telemetry, which would go on writing after the end.
  const env = {
    PATH: process.env.PATH,
    GOPATH: directory,
    GOCACHE: join(directory, 'builds'),
    GOMODCACHE: join(directory, 'cache'),
    GOPROXY: `file://${join(directory, 'proxy')}`,
    GOSUMDB: 'off',
    GOTOOLCHAIN: 'local',
    GOFLAGS: '-modcacherw',
  };
  const args = ['mod', 'download', '-json', 'example.com/kite@v1.0.0'];
  const { stdout } = await run('go', args, { cwd: directory, env }).catch((error: { stdout: string }) => error);
  const { Sum, GoModSum, Error: error }: Record<string, string | undefined> = JSON.parse(stdout);
  return { zip: hex(Sum), mod: hex(GoModSum), error };
}

function hex(sum: string | undefined): string | undefined {
  return sum === undefined ? undefined : Buffer.from(sum.slice('h1:'.length), 'base64').toString('hex');
}
