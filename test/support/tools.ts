import { execFileSync } from 'node:child_process';
import { it } from '@jest/globals';

/** A test that is skipped where it cannot run, the reason in its name; `CACHITO_TEST_REQUIRE=all` makes it fail. */
export function itUnless(
  obstacle: string | undefined,
  name: string,
  test: () => Promise<void>,
  timeout?: number,
): void {
  if (obstacle === undefined) it(name, test, timeout);
  else if (process.env.CACHITO_TEST_REQUIRE !== 'all') it.skip(`${name} (skipped: ${obstacle})`, test, timeout);
  else it(name, () => Promise.reject(new Error(`CACHITO_TEST_REQUIRE=all asks for this test, but ${obstacle}`)));
}

/** A test that needs a command which the service does not need. */
export function itWithTool(tool: string, name: string, test: () => Promise<void>, timeout?: number): void {
  itUnless(missingTool(tool), name, test, timeout);
}

/** Why a command cannot be used; undefined when it is there. */
export function missingTool(tool: string): string | undefined {
  try {
    execFileSync('sh', ['-c', 'command -v "$0"', tool], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `the command ${tool} is not installed`;
  }
}
