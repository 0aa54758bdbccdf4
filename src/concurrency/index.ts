/** Primitives of concurrent work that every floor may use. */
export { SingleFlight } from './single-flight.js';
export { untilAborted } from './until-aborted.js';
