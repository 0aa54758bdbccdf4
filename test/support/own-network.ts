import { execFileSync } from 'node:child_process';
import { itUnless } from './tools.js';

/** What gives the command behind it a network where nothing answers: as root or, where users may, as a user. */
export const OWN_NETWORK = [['unshare', '-n'], ['unshare', '-r', '-n']].find(([command, ...args]) => {
  try {
    execFileSync(command, [...args, 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/** A test that runs something in a network of its own, unless there is an `obstacle` to that; see `itUnless`. */
export function itInOwnNetwork(
  obstacle: string | undefined,
  name: string,
  test: () => Promise<void>,
  timeout?: number,
): void {
  const noNetwork = OWN_NETWORK === undefined ? 'there are no network namespaces here' : undefined;
  itUnless(obstacle ?? noNetwork, name, test, timeout);
}
