export { COMMANDS, runCommand } from './commands.js';
export { WorkerRegistry, type WorkerStatus } from './worker-registry.js';
