import type { Server } from 'node:http';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { Drain } from './pipeline/index.js';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** How long the process may take to hand back, sign off and disconnect, milliseconds. */
const LAST_STEPS = 15_000;
/** How often to look for connections that have become idle, milliseconds. */
const LOOK_EVERY = 50;

/**
 * Ends the process in an orderly way, with status 0, at the first signal: nothing new is taken, what runs (requests,
 * answers) may go on for `CACHITO_DRAIN_TIMEOUT`. A second signal ends that time at once.
 */
export function endWhenTold(app: INestApplicationContext, server?: Server): void {
  const log = new Logger('Shutdown');
  const drain = app.get(Drain, { strict: false });
  let ending = false;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (ending) return drain.hurry();
      ending = true;
      log.log(`${signal}: ends when what runs has ended, or is handed back at a second signal`);
      drain.begin();
      drain.over.addEventListener('abort', leaveInTime, { once: true });
      if (server !== undefined) refuseCalls(server, drain.over);
      void end(app, log);
    });
  }
}

async function end(app: INestApplicationContext, log: Logger): Promise<void> {
  try {
    await app.close();
    process.exit(0);
  } catch (error) {
    log.error(`The end was not orderly: ${String(error)}`);
    process.exit(1);
  }
}

/** Accepts no connection and no further call on those that are open; cuts running answers off when time is over. */
function refuseCalls(server: Server, over: AbortSignal): void {
  server.close();
  server.prependListener('request', (_, response) => response.setHeader('Connection', 'close'));
  const timer = setInterval(() => server.closeIdleConnections(), LOOK_EVERY).unref();
  over.addEventListener('abort', () => server.closeAllConnections(), { once: true });
  server.once('close', () => clearInterval(timer));
}

/** What hangs now would hang for ever; others take over what it holds when its lease is over. */
function leaveInTime(): void {
  setTimeout(() => {
    new Logger('Shutdown').error(`Not everything let go within ${LAST_STEPS / 1000} seconds`);
    process.exit(1);
  }, LAST_STEPS).unref();
}
