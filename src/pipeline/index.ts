export { Drain } from './drain.js';
export { WorkerRegistry } from './worker-registry.js';
