export { ACTIVE_FLAGS, type Flag } from './flags.js';
export * from './package-manager.js';
export { PACKAGE_MANAGERS } from './registry.js';
