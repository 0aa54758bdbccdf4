import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The version of this build: that of the `package.json` above this file, be it compiled (`dist/src/`) or not. */
export const VERSION = readVersion(dirname(fileURLToPath(import.meta.url)));

function readVersion(from: string): string {
  let directory = from;
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory);
  const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version: string };
  return version;
}
