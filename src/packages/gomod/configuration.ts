import type { ConfigurationFile, EnvironmentVariable } from '../package-manager.js';

/** Where the bundle has Go's module cache, below `deps/`. */
export const MODULE_CACHE = 'gomod/pkg/mod';

/** With these, `go` finds every dependency in the bundle; offline it is also told never to look elsewhere. */
export const ENVIRONMENT: readonly EnvironmentVariable[] = [
  { name: 'GOPATH', value: 'deps/gomod', kind: 'path' },
  { name: 'GOCACHE', value: 'deps/gomod', kind: 'path' },
  { name: 'GOMODCACHE', value: `deps/${MODULE_CACHE}`, kind: 'path' },
  { name: 'GOPROXY', value: 'off', kind: 'literal', mode: 'offline' },
];

/**
 * For builds that take modules from the locked registry of the request instead of from the bundle: variables in the
 * form of a `GOENV` file (`go help environment`). It does nothing unless `GOENV` names it.
 */
export const REGISTRY_SETTINGS: ConfigurationFile = {
  path: 'deps/gomod/registry.env',
  template: ['GOPROXY=', { fill: 'registry-url-with-credentials' }, '\nGOSUMDB=off\nGOVCS=*:off\n'],
  mode: 'registry',
};
