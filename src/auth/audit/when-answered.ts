import type { Response } from 'express';

/** Milliseconds that the work on a call may go on after its caller has gone. */
const LONGEST_WORK = 120_000;

/**
 * Runs `then` once, when a call has its answer. A caller that goes away does not end the work for it, so the end of
 * the connection is not the end of the call: that comes when the answer is written, though nobody reads it.
 */
export function whenAnswered(response: Response, then: () => void): void {
  let isDone = false;
  const once = (): void => {
    if (isDone) return;
    isDone = true;
    then();
  };
  response.once('finish', once);
  response.once('close', () => {
    if (response.writableEnded || response.headersSent) return once();
    onEnd(response, once);
    setTimeout(once, LONGEST_WORK).unref();
  });
}

/** A response without a connection tells nobody that it has ended. */
function onEnd(response: Response, listener: () => void): void {
  const end = response.end.bind(response);
  response.end = (...given: unknown[]) => {
    Reflect.apply(end, response, given);
    listener();
    return response;
  };
}
