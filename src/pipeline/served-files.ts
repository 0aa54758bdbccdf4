import type { BuildMode, ConfigurationFile, EnvironmentVariable, PipRepository, Placeholder, Template } from '../packages/index.js';
import type { RegistryAccess } from '../registries/index.js';
import type { ServedFile, ServedTemplate, ServedVariable } from '../requests/index.js';

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
      template: servedTemplate(template, access),
    })),
  );
}

/** The environment variables of one package manager that are templates, as the request keeps them. */
export function servedVariables(variables: readonly EnvironmentVariable[], access: RegistryAccess): ServedVariable[] {
  return variables.flatMap(({ name, value, kind, mode, client, plainHttpOnly }) => {
    if (typeof value === 'string') return [];
    const template = servedTemplate(value, access);
    return (mode === undefined ? BOTH : [mode]).map((each) => ({ name, kind, mode: each, client, plainHttpOnly, template }));
  });
}

function servedTemplate(template: Template, access: RegistryAccess): ServedTemplate {
  return template.flatMap((part) => (typeof part === 'string' ? [part] : filled(part, access)));
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
