export { type Caller, callerOf, type CallerRole, CurrentCaller } from './caller.js';
export { createStaticToken } from './tokens/static-token.js';
export { checkRole, LoginRequired, ReadersOnly, RolesRequired } from './guards.js';
