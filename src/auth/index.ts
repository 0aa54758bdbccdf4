export { type Caller, CurrentCaller } from './caller.js';
export { LoginRequired, WorkersOnly } from './guards.js';
