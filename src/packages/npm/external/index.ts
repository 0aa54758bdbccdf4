/** Dependencies of lock files that are not from a registry: archived as packages with a version of their own. */
export { archiveExternal, externalSuffix } from './archive-external.js';
export type { ExternalDependency, ExternalJob } from './external-dependency.js';
