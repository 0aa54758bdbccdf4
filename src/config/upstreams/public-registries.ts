/** The ecosystems' public registries: the only place in the program where their addresses stand. */
export const PUBLIC_REGISTRIES = {
  npm: 'https://registry.npmjs.org/',
  gomod: 'https://proxy.golang.org/',
  pip: 'https://pypi.org/simple/',
} as const;

/** Other hosts under which lock files name the public npm registry: yarn's alias. */
export const NPM_REGISTRY_ALIASES: readonly string[] = ['registry.yarnpkg.com'];
