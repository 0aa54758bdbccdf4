export { Athens } from './athens.js';
