import { npmRegistryCompliance } from './support/npm-registry.compliance.js';

/** The clients that most people have; `npm-registry.long-spec.ts` has the others. */
npmRegistryCompliance([
  { client: ['npm', '11'], lock: 'npm-3', command: ['ci'], asks: ['tarball', 'audit'] },
  { client: ['npm', '11'], lock: 'npm-3-bare', command: ['ci'], asks: ['tarball', 'packument', 'audit'] },
  { client: ['npm', '11'], lock: 'none', command: ['install'], asks: ['tarball', 'packument', 'audit'] },
  { client: ['npm', '8'], lock: 'npm-2', command: ['ci'], asks: ['tarball', 'audit'] },
  { client: ['npm', '8'], lock: 'npm-1', command: ['ci'], asks: ['tarball', 'packument', 'audit'] },
  { client: ['yarn', '1'], lock: 'yarn-1', command: ['install', '--frozen-lockfile'], asks: ['tarball'] },
  {
    client: ['yarn', '4'],
    lock: { resolvedBy: ['install'] },
    command: ['install', '--immutable'],
    asks: ['tarball'],
  },
  {
    client: ['pnpm', '10'],
    lock: { resolvedBy: ['install'] },
    command: ['install', '--frozen-lockfile'],
    asks: ['tarball'],
  },
]);
