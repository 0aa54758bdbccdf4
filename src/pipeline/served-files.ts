import type { BuildMode, ConfigurationFile, PipRepository, Placeholder } from '../packages/index.js';
import type { RegistryAccess } from '../registries/index.js';
import type { ServedFile, ServedTemplate } from '../requests/index.js';

const BOTH: readonly BuildMode[] = ['registry', 'offline'];

/**
 * The configuration files of one package manager as the request keeps them: its registry's path and credentials are
 * filled in, the public address and the place of the bundle are left for when they are served.
 */
export function servedFiles(files: readonly ConfigurationFile[], access: RegistryAccess): ServedFile[] {
  return files.flatMap(({ path, template, mode }) =>
    (mode === undefined ? BOTH : [mode]).map((each) => ({
      path,
      mode: each,
      template: template.flatMap((part) => (typeof part === 'string' ? [part] : filled(part, access))),
    })),
  );
}

function filled(place: Placeholder, access: RegistryAccess): ServedTemplate {
  const { username, password } = access;
  switch (place.fill) {
    case 'registry-url':
      return [{ fill: 'public-url' }, `/${pathOf(place, access)}`];
    case 'registry-url-with-credentials':
      return [
        { fill: 'public-scheme' },
        `//${username}:${password}@`,
        { fill: 'public-host' },
        `/${pathOf(place, access)}`,
      ];
    case 'registry-location':
      return [{ fill: 'public-location' }, `/${pathOf(place, access)}`];
    case 'registry-credentials':
      return [Buffer.from(`${username}:${password}`).toString('base64')];
    case 'registry-authority':
      return [{ fill: 'public-authority' }];
    case 'bundle-directory':
      return [place];
  }
}

function pathOf({ repository }: { repository?: PipRepository }, access: RegistryAccess): string {
  return repository === undefined ? access.path : access.repositoryPaths[repository];
}
