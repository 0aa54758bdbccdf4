export { Configuration, type DefaultEnvironmentVariable, type S3Settings } from './configuration.js';
export { ConfigurationError } from './configuration-error.js';
export { ConfigurationModule } from './configuration.module.js';
export { loadConfiguration } from './load-configuration.js';
export { BUILT_PACKAGE_MANAGERS, PACKAGE_MANAGER_NAMES, type PackageManagerName } from './package-managers.js';
export { NPM_REGISTRY_ALIASES, PUBLIC_CHECKSUM_DATABASE, PUBLIC_REGISTRIES } from './upstreams/public-registries.js';
export type { GitUpstream, RegistryUpstream, UpstreamAccess, Upstreams } from './upstreams/upstreams.js';
export { VERSION } from './version.js';
