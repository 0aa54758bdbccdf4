export { ANONYMOUS, type Caller, type CallerRole, CurrentCaller } from './caller.js';
export { checkRole, LoginRequired, ReadersOnly, RolesRequired } from './guards.js';
