import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { UnsupportedFeature, ValidationError } from '../../errors/index.js';
import type { Flag } from '../flags.js';
import type { JobLog, Replacement } from '../package-manager.js';
import { findChanges, showChanges } from './edits.js';
import { parseModulesTxt } from './files/modules-txt.js';
import type { FoundModule } from './findings.js';
import type { ModuleFiles } from './module-files.js';
import type { GoProject } from './project.js';
import { reportedModule } from './report.js';
import type { WorkTree } from './work-tree.js';

/** Whether dependencies are vendored, and whether the `vendor` directory may be other than in the repository. */
export interface Vendoring {
  /** Relative to the repository. */
  directory: string;
  mayChange: boolean;
}

/** Larger than those of the largest projects. */
const MAX_MODULES_TXT = 16 * 1024 * 1024;

/**
 * What the flags say about a module; undefined = its dependencies are downloaded. Throws `ValidationError` for a module
 * with `vendor` and no flag, if the administrator wants that.
 */
export function vendoringOf(
  project: GoProject,
  flags: ReadonlySet<Flag>,
  { vendorDirectories, links }: Pick<ModuleFiles, 'vendorDirectories' | 'links'>,
  { strict }: { strict: boolean },
): Vendoring | undefined {
  const directory = posix.join(project.workspace?.directory ?? project.directory, 'vendor');
  const isPresent = (path: string): boolean => vendorDirectories.has(path) || links.has(path);
  if (flags.has('gomod-vendor-check')) return { directory, mayChange: !isPresent(directory) };
  if (flags.has('gomod-vendor')) return { directory, mayChange: true };
  if (!strict || !isPresent(posix.join(project.directory, 'vendor'))) return undefined;
  throw new ValidationError(
    `The module at ${project.directory} has a directory vendor. Post the request with the flag gomod-vendor or ` +
      'gomod-vendor-check, or remove the directory.',
  );
}

/** `go work vendor` came with Go 1.22; before, a workspace cannot be vendored. Checks against the version of the toolchain. */
export function vendorCommand(project: GoProject, canVendorWorkspaces: boolean): string[] {
  if (project.workspace === undefined) return ['mod', 'vendor'];
  if (canVendorWorkspaces) return ['work', 'vendor'];
  throw new UnsupportedFeature(
    `The module at ${project.directory} lies in a workspace, which cannot be vendored before Go 1.22. Raise the go ` +
      'version in go.work, or leave out the vendoring flags.',
  );
}

/** Throws `ValidationError` when `vendor` is not what `go mod vendor` has just written. */
export async function checkVendored(tree: WorkTree, { directory, mayChange }: Vendoring, log: JobLog): Promise<void> {
  if (mayChange) return;
  const changes = await findChanges(tree, { directories: [], trees: [directory] });
  if (changes.length === 0) return;
  const lines = showChanges(changes);
  log.error(`Vendoring changes ${directory}:\n${lines.slice(0, 100).join('\n')}`);
  throw new ValidationError(
    `The directory ${directory} differs from what go.mod asks for (${lines.length} files, such as ${lines[0]}; the log ` +
      'of the request lists them). Run go mod vendor and commit the outcome, or post the request with the flag gomod-vendor.',
  );
}

/** The modules of `vendor/modules.txt` of which packages are vendored, as they are reported. */
export async function vendoredModules(
  { root }: WorkTree,
  { directory }: Vendoring,
  replacements: readonly Replacement[],
): Promise<FoundModule[]> {
  const file = posix.join(directory, 'modules.txt');
  const content = await readFile(join(root, file)).catch(() => undefined);
  if (content === undefined) return [];
  if (content.length > MAX_MODULES_TXT) throw new ValidationError(`The file ${file} is larger than 16 MiB.`);
  return parseModulesTxt(content.toString(), file)
    .filter(({ packages }) => packages.length > 0)
    .map(({ path, version, replacement }) =>
      reportedModule(
        { Path: path, Version: version, Replace: replacement && { Path: replacement.path, Version: replacement.version } },
        replacements,
      ),
    );
}
