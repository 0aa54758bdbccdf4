export { Configuration, type DefaultEnvironmentVariable } from './configuration.js';
export { ConfigurationError } from './configuration-error.js';
export { ConfigurationModule } from './configuration.module.js';
export { loadConfiguration } from './load-configuration.js';
export { BUILT_PACKAGE_MANAGERS, PACKAGE_MANAGER_NAMES, type PackageManagerName } from './package-managers.js';
