export { ACTIVE_FLAGS, type Flag } from './flags.js';
export { isPseudoVersion } from './gomod/index.js';
export * from './package-manager.js';
export { indexName, readWheelFilter, satisfies } from './pip/index.js';
export { PACKAGE_MANAGERS } from './registry.js';
