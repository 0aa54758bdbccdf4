import { npmRegistryCompliance } from './support/npm-registry.compliance.js';

const FROZEN = ['install', '--frozen-lockfile'];
const RESOLVED = { resolvedBy: ['install'] };

/** The clients that `npm-registry.e2e-spec.ts` does not have, and rarer ways. */
npmRegistryCompliance([
  { client: ['npm', '6'], lock: 'npm-1', command: ['ci'], asks: ['tarball', 'packument'] },
  { client: ['npm', '6'], lock: 'npm-1', command: ['install'], asks: ['tarball', 'packument', 'audit'] },
  { client: ['npm', '8'], lock: 'npm-2-bare', command: ['ci'], asks: ['tarball', 'packument', 'audit'] },
  { client: ['npm', '9'], lock: 'npm-2', command: ['ci'], asks: ['tarball', 'audit'] },
  { client: ['npm', '9'], lock: 'npm-3', command: ['ci'], asks: ['tarball', 'audit'] },
  { client: ['npm', '9'], lock: 'npm-3-bare', command: ['ci'], asks: ['tarball', 'packument', 'audit'] },
  { client: ['npm', '10'], lock: 'npm-3', command: ['ci'], asks: ['tarball', 'audit'] },
  { client: ['npm', '10'], lock: 'npm-3-bare', command: ['ci'], asks: ['tarball', 'packument', 'audit'] },
  { client: ['npm', '11'], lock: 'npm-1', command: ['ci'], asks: ['tarball', 'packument', 'audit'] },
  { client: ['npm', '11'], lock: 'npm-2', command: ['ci'], asks: ['tarball', 'audit'] },
  { client: ['yarn', '1'], lock: 'yarn-1-bare', command: FROZEN, asks: ['tarball', 'packument'] },
  { client: ['yarn', '1'], lock: 'none', command: ['install'], asks: ['tarball', 'packument'] },
  { client: ['yarn', '3'], lock: RESOLVED, command: ['install', '--immutable'], asks: ['tarball'] },
  { client: ['yarn', '4'], lock: 'none', command: ['install'], asks: ['tarball', 'packument'] },
  { client: ['pnpm', '9'], lock: RESOLVED, command: FROZEN, asks: ['tarball'] },
  { client: ['pnpm', '10'], lock: 'none', command: ['install'], asks: ['tarball', 'packument'] },
  { client: ['pnpm', '11'], lock: RESOLVED, command: FROZEN, asks: ['tarball', 'packument'] },
  { client: ['pnpm', '11'], lock: RESOLVED, command: [...FROZEN, '--trust-lockfile'], asks: ['tarball'] },
]);
