/** The ecosystems' public registries: the only place in the program where their addresses stand. */
export const PUBLIC_REGISTRIES = {
  npm: 'https://registry.npmjs.org/',
  gomod: 'https://proxy.golang.org/',
  pip: 'https://pypi.org/simple/',
} as const;

/** Other hosts under which lock files name the public npm registry: yarn's alias. */
export const NPM_REGISTRY_ALIASES: readonly string[] = ['registry.yarnpkg.com'];

/** Go's checksum database: its name, where it is when no module proxy passes it on, and its key (golang.org/x/mod/sumdb). */
export const PUBLIC_CHECKSUM_DATABASE = {
  name: 'sum.golang.org',
  url: 'https://sum.golang.org/',
  key: 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8',
} as const;
