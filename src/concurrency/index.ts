/** Primitives of concurrent work that every floor may use. */
export { runInThread, ThreadError, type ThreadOptions } from './run-in-thread.js';
export { sideBySide } from './side-by-side.js';
export { SingleFlight } from './single-flight.js';
export { Slots } from './slots.js';
export { sortedInTurns } from './sorted-in-turns.js';
export { untilAborted } from './until-aborted.js';
export { inTurns, takingTurns } from './turns.js';
