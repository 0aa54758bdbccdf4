#!/usr/bin/env node
/**
 * Runs every test, then the checks (types, lint with the room rules, dead code), and ends with a line
 * `N passed, N failed, N skipped`. Arguments that are not options of this script go to jest (a path runs those tests
 * only, without the checks).
 *
 *   --long                     also the long proofs (`*.long-spec.ts`)
 *   CACHITO_TEST_REQUIRE=all   a skipped test is a failed one
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const long = process.argv.includes('--long');
const jestArguments = process.argv.slice(2).filter((argument) => argument !== '--long');
const everything = jestArguments.every((argument) => argument.startsWith('-'));

const scratch = mkdtempSync(join(tmpdir(), 'cachito-test-'));
const totals = { passed: 0, failed: 0, skipped: 0 };
try {
  // The checks need the processor, the tests often wait.
  await Promise.all([runJest(), everything ? runChecks() : undefined]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed > 0 ? 1 : 0;

async function runJest() {
  const report = join(scratch, 'report.json');
  const { status } = await run('node_modules/jest/bin/jest.js', 'inherit', ['--json', `--outputFile=${report}`, ...jestArguments], {
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --no-warnings`.trim(),
    CACHITO_TEST_LONG: String(long),
  });
  const results = readReport(report);
  if (!results) {
    totals.failed += 1;
    return;
  }
  totals.passed += results.numPassedTests;
  totals.failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
  reportSkipped(results);
  if (status !== 0 && totals.failed === 0) totals.failed += 1;
}

function reportSkipped(results) {
  const skipped = results.testResults.flatMap((suite) => suite.assertionResults).filter(({ status }) => status === 'pending' || status === 'todo');
  for (const { fullName } of skipped) console.log(`skipped: ${fullName}`);
  const required = process.env.CACHITO_TEST_REQUIRE === 'all';
  if (required && skipped.length > 0) console.log('CACHITO_TEST_REQUIRE=all: nothing may be skipped');
  totals[required ? 'failed' : 'skipped'] += skipped.length;
}

async function runChecks() {
  for (const [name, script, args] of [
    ['types', 'node_modules/typescript/bin/tsc', ['--noEmit', '-p', '.']],
    ['lint', 'node_modules/eslint/bin/eslint.js', ['.']],
    ['dead code', 'node_modules/knip/bin/knip.js', []],
  ]) {
    const { status, output } = await run(script, 'pipe', args);
    const passed = status === 0;
    console.log(`${output}check ${name}: ${passed ? 'ok' : 'FAILED'}`);
    totals[passed ? 'passed' : 'failed'] += 1;
  }
}

async function run(script, output, args, environment = {}) {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['inherit', output, output],
    env: { ...process.env, ...environment },
  });
  const pieces = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => pieces.push(piece));
  const [status] = await once(child, 'close');
  return { status, output: Buffer.concat(pieces).toString() };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
