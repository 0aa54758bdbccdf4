import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { go } from './go-command.js';

/**
 * A program that is published as a Go module, built once by the `go` of this machine and kept; returns its path. Built
 * as its own main module, since `go install` refuses modules with `replace` or `exclude`.
 */
export async function goProgram(module: string, version: string, packagePath: string): Promise<string> {
  const program = join(tmpdir(), `cachito-test-${basename(module.replace(/\/v\d+$/, ''))}-${version}`);
  if (existsSync(program)) return program;
  const scratch = await mkdtemp(`${program}.new-`);
  try {
    const { Dir } = JSON.parse(
      await go(['mod', 'download', '-json', `${module}@${version}`], { directory: scratch }),
    ) as {
      Dir: string;
    };
    const source = join(scratch, 'source');
    await execa('cp', ['-r', '--no-preserve=mode', Dir, source]);
    await go(['build', '-o', join(scratch, 'program'), packagePath], { directory: source });
    await rename(join(scratch, 'program'), program);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return program;
}
