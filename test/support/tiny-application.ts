import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PUBLIC_REGISTRIES } from '../../src/config/index.js';
import { digestOf } from '../../src/registries/testing.js';

/** A small application of real packages: dependencies of dependencies, a scope, a command (`which`). */
export const APPLICATION = {
  name: 'application',
  version: '1.0.0',
  dependencies: { '@isaacs/string-locale-compare': '^1.1.0', once: '^1.4.0', which: '^2.0.2' },
};

/** Prints `true` when everything is installed. */
export const PROGRAM = `
  require('once')(() => undefined)();
  require('@isaacs/string-locale-compare')('en');
  console.log(require('which').sync('sh') !== '');`;

/** A package that it depends on. */
export interface TinyPackage {
  name: string;
  version: string;
  /** The range by which it is asked for. */
  range: string;
  dependencies: Readonly<Record<string, string>>;
}

const PACKAGES: readonly TinyPackage[] = [
  { name: '@isaacs/string-locale-compare', version: '1.1.0', range: '^1.1.0', dependencies: {} },
  { name: 'isexe', version: '2.0.0', range: '^2.0.0', dependencies: {} },
  { name: 'once', version: '1.4.0', range: '^1.4.0', dependencies: { wrappy: '1' } },
  { name: 'which', version: '2.0.2', range: '^2.0.2', dependencies: { isexe: '^2.0.0' } },
  { name: 'wrappy', version: '1.0.2', range: '1', dependencies: {} },
];

export type FetchedPackage = TinyPackage & { bytes: Buffer };

/** All packages of the application, as the public registry has them. */
export function fetchPackages(): Promise<FetchedPackage[]> {
  return Promise.all(
    PACKAGES.map(async (each) => {
      const response = await fetch(addressOf(each, PUBLIC_REGISTRIES.npm));
      if (!response.ok) throw new Error(`${response.url} answers with status ${response.status}`);
      return { ...each, bytes: Buffer.from(await response.arrayBuffer()) };
    }),
  );
}

/** `npm-1-bare`: `package-lock.json` of version 1, without addresses; and so on. */
export type LockFile = 'none' | `npm-${1 | 2 | 3}${'' | '-bare'}` | `yarn-1${'' | '-bare'}`;

/**
 * The lock file as a client has written it: npm's with addresses of the public registry, which npm replaces by those of
 * the configured one; yarn's with addresses of `registry`, since yarn does not.
 */
export function lockFiles(
  kind: LockFile,
  registry: string,
  packages: readonly FetchedPackage[],
): Record<string, string> {
  if (kind === 'none') return {};
  const bare = kind.endsWith('-bare');
  if (kind.startsWith('yarn')) return { 'yarn.lock': yarnLock(packages, bare ? undefined : registry) };
  const version = Number(kind.charAt('npm-'.length));
  return { 'package-lock.json': JSON.stringify(npmLock(version, packages, !bare), undefined, 2) };
}

/** The lock file that a client has left in a directory. */
export async function readLockFiles(directory: string): Promise<Record<string, string>> {
  const names = ['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml'];
  const found = await Promise.all(
    names.map(async (name) => [name, await readFile(join(directory, name), 'utf8').catch(() => undefined)] as const),
  );
  return Object.fromEntries(found.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
}

function npmLock(version: number, packages: readonly FetchedPackage[], resolved: boolean): object {
  const entry = (each: FetchedPackage): object => ({
    version: each.version,
    ...(resolved ? { resolved: addressOf(each, PUBLIC_REGISTRIES.npm) } : {}),
    integrity: integrityOf(each),
  });
  const flat = packages.map((each) => [
    `node_modules/${each.name}`,
    {
      ...entry(each),
      dependencies: each.dependencies,
      ...(each.name === 'which' ? { bin: { 'node-which': 'bin/node-which' } } : {}),
    },
  ]);
  const nested = packages.map((each) => [each.name, { ...entry(each), requires: each.dependencies }]);
  return {
    name: APPLICATION.name,
    version: APPLICATION.version,
    lockfileVersion: version,
    requires: true,
    ...(version > 1 ? { packages: { '': APPLICATION, ...Object.fromEntries(flat) } } : {}),
    ...(version < 3 ? { dependencies: Object.fromEntries(nested) } : {}),
  };
}

function yarnLock(packages: readonly FetchedPackage[], registry: string | undefined): string {
  const entries = packages.map((each) => {
    const dependencies = Object.entries(each.dependencies).map(([name, range]) => `    ${name} "${range}"`);
    return [
      `"${each.name}@${each.range}":`,
      `  version "${each.version}"`,
      ...(registry === undefined ? [] : [`  resolved "${addressOf(each, registry)}#${digestOf('sha1', each.bytes)}"`]),
      `  integrity ${integrityOf(each)}`,
      ...(dependencies.length === 0 ? [] : ['  dependencies:', ...dependencies]),
      '',
    ].join('\n');
  });
  return ['# yarn lockfile v1', '', ...entries].join('\n');
}

function addressOf({ name, version }: TinyPackage, registry: string): string {
  return `${registry}${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
}

function integrityOf({ bytes }: FetchedPackage): string {
  return `sha512-${digestOf('sha512', bytes, 'base64')}`;
}
