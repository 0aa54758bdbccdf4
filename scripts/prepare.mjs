#!/usr/bin/env node
/**
 * Makes a checkout ready to run: installs what the lock file names, and with `--build` compiles, each only if something
 * changed since the last time. `npm start` and `npm test` call it, so that a fresh clone needs nothing else.
 * Uses Node's own modules only, since nothing is installed yet when it first runs.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Cachito needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
}

ensure('node_modules/.cachito-stamp', digestOf(['package.json', 'package-lock.json', '.npmrc'], readFileSync), 'Installing dependencies', () =>
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']),
);
if (process.argv.includes('--build')) {
  const inputs = ['tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json', ...filesBelow('src'), ...filesBelow('migrations')];
  ensure('dist/.cachito-stamp', digestOf(inputs, signature), 'Compiling', () => run(process.execPath, ['node_modules/@nestjs/cli/bin/nest.js', 'build']));
}

/** Runs `action` unless the stamp file says that it ran for the same inputs; the stamp is written last. */
function ensure(stamp, digest, message, action) {
  if (readIfThere(stamp) === digest) return;
  console.log(`${message} …`);
  action();
  writeFileSync(stamp, digest);
}

function digestOf(files, read) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) hash.update(`\0${file}\0`).update(read(file));
  return hash.digest('hex');
}

/** Size and modification time: enough to see an edit, without reading every file at every start. */
function signature(file) {
  const { size, mtimeMs } = statSync(file);
  return `${size} ${mtimeMs}`;
}

function filesBelow(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (error) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) fail(`${command} ${args.join(' ')} ended with status ${status}; see its message above.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
