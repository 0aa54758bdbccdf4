import { setTimeout as wait } from 'node:timers/promises';

/** Less than a test may take, so that the stack says which condition it was. */
const PATIENCE = 240_000;

/** Waits until a condition holds, however slow the machine is. Throws when it never does. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE; !(await condition()); await wait(20)) {
    if (Date.now() > end) throw new Error('This never happened');
  }
}
