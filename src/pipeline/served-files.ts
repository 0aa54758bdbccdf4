import type { BuildMode, ConfigurationFile, Placeholder } from '../packages/index.js';
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

function filled(place: Placeholder, { path, username, password }: RegistryAccess): ServedTemplate {
  switch (place.fill) {
    case 'registry-url':
      return [{ fill: 'public-url' }, `/${path}`];
    case 'registry-url-with-credentials':
      return [{ fill: 'public-scheme' }, `//${username}:${password}@`, { fill: 'public-host' }, `/${path}`];
    case 'registry-location':
      return [{ fill: 'public-location' }, `/${path}`];
    case 'registry-credentials':
      return [Buffer.from(`${username}:${password}`).toString('base64')];
    case 'bundle-directory':
      return [place];
  }
}
