import { execFileSync } from 'node:child_process';
import { it } from '@jest/globals';

/**
 * The path of a command that a test needs but the service does not. When it is not there the answer is undefined, and
 * the test is to be skipped by name (`itWithTool` does both); with `CACHITO_TEST_REQUIRE=all` it is an error.
 */
function requireTool(name: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' }).trim();
  } catch {
    if (process.env.CACHITO_TEST_REQUIRE !== 'all') return undefined;
    throw new Error(`The command ${name} is missing, and CACHITO_TEST_REQUIRE=all asks for it`);
  }
}

/** A test that needs a command: run when it is there, else skipped with the reason in its name. */
export function itWithTool(tool: string, name: string, test: () => Promise<void>, timeout?: number): void {
  if (requireTool(tool) === undefined)
    it.skip(`${name} (skipped: the command ${tool} is not installed)`, test, timeout);
  else it(name, test, timeout);
}
