export { WorkerRegistry } from './worker-registry.js';
