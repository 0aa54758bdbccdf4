export { Worker } from './worker.js';
export { Drain } from './drain.js';
export { WorkerRegistry } from './worker-registry.js';
