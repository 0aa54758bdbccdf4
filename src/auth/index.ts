export { ANONYMOUS, type Caller, callerOf, type CallerRole, CurrentCaller } from './caller.js';
export { checkRole, LoginRequired, ReadersOnly, RolesRequired } from './guards.js';
