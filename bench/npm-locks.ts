import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npm } from '../test/support/npm-application.js';

export interface LockEntry {
  version: string;
  resolved: string;
  integrity: string;
  [key: string]: unknown;
}

/** A lock file of version 3 without its root, key → entry; every entry comes from a registry. */
export type LockEntries = Record<string, LockEntry>;

/** What well-known frameworks require: more than a thousand different packages of the real registry. */
const FRAMEWORKS = {
  'react-scripts': '5.0.1',
  '@nestjs/cli': '10.4.9',
  '@storybook/react': '7.6.20',
  mocha: '10.8.2',
};

/** An application of frameworks, resolved by the real npm against the real registry. */
export interface RealApplication {
  /** `package.json` and `package-lock.json`. */
  files: Record<string, string>;
  /** One entry per address. */
  entries: LockEntries;
}

export async function realApplication(): Promise<RealApplication> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-npm-lock-'));
  try {
    const manifest = JSON.stringify({ name: 'application', version: '1.0.0', dependencies: FRAMEWORKS });
    await writeFile(join(directory, 'package.json'), manifest);
    await npm(directory, ['install', '--package-lock-only', '--legacy-peer-deps', '--lockfile-version=3']);
    const lock = await readFile(join(directory, 'package-lock.json'), 'utf8');
    const { packages } = JSON.parse(lock) as { packages: LockEntries };
    const found = new Map<string, [string, LockEntry]>();
    for (const [key, entry] of Object.entries(packages)) {
      if (entry.resolved !== undefined && !found.has(entry.resolved)) found.set(entry.resolved, [key, entry]);
    }
    return { files: { 'package.json': manifest, 'package-lock.json': lock }, entries: Object.fromEntries(found.values()) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The files of an application whose lock file has these entries, and whose `package.json` names none of them. */
export function applicationOf(name: string, entries: LockEntries): Record<string, string> {
  const manifest = { name, version: '1.0.0' };
  const lock = { ...manifest, lockfileVersion: 3, requires: true, packages: { '': manifest, ...entries } };
  return { 'package.json': JSON.stringify(manifest), 'package-lock.json': JSON.stringify(lock) };
}
