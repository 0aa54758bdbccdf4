import type { ConfigurationFile, EnvironmentVariable, Template } from '../package-manager.js';
import { encodePath } from './layout.js';
import type { PythonProject } from './project.js';
import type { UrlRequirement, VcsRequirement } from './requirements/requirement.js';
import type { RequirementsFile } from './requirements/requirements-file.js';
import { rewriteRequirements } from './requirements/rewrite.js';

const CERTIFICATES = 'app/package-index-ca.pem';
const LINKS = 'deps/pip/links.html';

const INDEX: Template = [{ fill: 'registry-url-with-credentials', repository: 'hosted' }, 'simple'];

interface ClientSettings {
  /** PEM; undefined = clients trust the registry anyway. */
  caCertificates: string | undefined;
  /** All files lie in `deps/pip/`. */
  flat: boolean;
}

/** What pip and uv need to know for both ways to build. uv does not read the variables of pip. */
export function environment({ caCertificates, flat }: ClientSettings): EnvironmentVariable[] {
  const variables: EnvironmentVariable[] = [
    { name: 'PIP_INDEX_URL', value: INDEX, kind: 'literal', mode: 'registry' },
    {
      name: 'PIP_TRUSTED_HOST',
      value: [{ fill: 'registry-authority' }],
      kind: 'literal',
      mode: 'registry',
      plainHttpOnly: true,
    },
    { name: 'UV_DEFAULT_INDEX', value: INDEX, kind: 'literal', mode: 'registry', client: 'uv' },
    { name: 'PIP_FIND_LINKS', value: LINKS, kind: 'path', mode: 'offline' },
    { name: 'PIP_NO_INDEX', value: 'true', kind: 'literal', mode: 'offline' },
    { name: 'UV_NO_INDEX', value: ['true'], kind: 'literal', mode: 'offline', client: 'uv' },
    { name: 'UV_OFFLINE', value: ['true'], kind: 'literal', mode: 'offline', client: 'uv' },
    // A page is understood by uv 0.13 and newer, a directory by older ones, too.
    { name: 'UV_FIND_LINKS', value: [flat ? 'deps/pip' : LINKS], kind: 'path', mode: 'offline', client: 'uv' },
  ];
  if (caCertificates === undefined) return variables;
  return [
    ...variables,
    { name: 'PIP_CERT', value: CERTIFICATES, kind: 'path', mode: 'registry' },
    { name: 'SSL_CERT_FILE', value: [CERTIFICATES], kind: 'path', mode: 'registry', client: 'uv' },
  ];
}

/** Where an archive lies that a requirements file names by its address. */
export interface ExternalAddress {
  /** In the raw part of the registry. */
  registryPath: string;
  /** Below `deps/` of the bundle. */
  bundlePath: string;
}

/**
 * The requirements files that name archives by their addresses, with the new addresses, for both ways to build. Offline,
 * pip fills in where the bundle lies from the variable `CACHITO_BUNDLE_DIR`, unless it is told when the file is served.
 */
export function configurationFiles(
  projects: readonly PythonProject[],
  addressOf: (requirement: VcsRequirement | UrlRequirement) => ExternalAddress,
  { caCertificates }: ClientSettings,
): ConfigurationFile[] {
  const inRegistry = (requirement: VcsRequirement | UrlRequirement): Template => [
    { fill: 'registry-url-with-credentials', repository: 'raw' },
    encodePath(addressOf(requirement).registryPath),
  ];
  const inBundle = (requirement: VcsRequirement | UrlRequirement): Template => [
    'file:',
    { fill: 'bundle-directory', relative: '//${CACHITO_BUNDLE_DIR}/' },
    `deps/${encodePath(addressOf(requirement).bundlePath)}`,
  ];
  const files: ConfigurationFile[] = [];
  for (const file of readFiles(projects)) {
    const path = `app/${file.path}`;
    for (const [mode, address] of [['registry', inRegistry], ['offline', inBundle]] as const) {
      const template = rewriteRequirements(file, address);
      if (template !== undefined) files.push({ path, template, mode });
    }
  }
  if (caCertificates !== undefined) files.push({ path: CERTIFICATES, template: [caCertificates], mode: 'registry' });
  return files;
}

/**
 * Each file that any package reads, once. A line may be ignored where one package takes the file for constraints, and
 * count where another takes it for requirements: then it counts.
 */
function readFiles(projects: readonly PythonProject[]): RequirementsFile[] {
  const byPath = new Map<string, RequirementsFile>();
  for (const { runtime, build } of projects) {
    for (const file of [...runtime.files, ...build.files]) {
      const known = byPath.get(file.path);
      byPath.set(file.path, known === undefined ? file : together(known, file));
    }
  }
  return [...byPath.values()];
}

/** Both were read from the same text by the same rules, so that their lines are the same. */
function together(one: RequirementsFile, other: RequirementsFile): RequirementsFile {
  const items = one.items.map((item, at) => {
    const same = other.items[at];
    return item.kind === 'requirement' && item.accepted === undefined ? same : item;
  });
  return { ...one, items };
}
