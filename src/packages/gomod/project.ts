import { posix } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FileAccessError, InvalidFileFormat, UnsupportedFeature } from '../../errors/index.js';
import { type GoModFile, parseGoMod } from './files/go-mod-file.js';
import { GoSums } from './files/go-sum-file.js';
import { type GoWorkFile, parseGoWork } from './files/go-work-file.js';
import { checkLocalPath } from './local-paths.js';
import type { ModuleFiles } from './module-files.js';
import { isImportPath } from './modules/module-path.js';
import { isSemver } from './modules/semver.js';
import { quote } from '../quote.js';

/** A module directory that a request names. */
export interface GoProject {
  /** Relative to the repository, `.` for its root. */
  directory: string;
  modFile: GoModFile;
  /** The `go.work` that is active in the directory: the nearest one above it in the repository. */
  workspace: Workspace | undefined;
}

export interface Workspace {
  /** Directory of `go.work`, relative to the repository. */
  directory: string;
  workFile: GoWorkFile;
  /** Directories of its modules, relative to the repository. */
  members: readonly string[];
}

/** Bytes. Sums of many modules are long; `go.mod` files of ten thousand lines do not exist, and are parsed at a stroke. */
const MAX_MOD = 1024 * 1024;
const MAX_SUM = 16 * 1024 * 1024;

/** The requested directories that have no `go.mod`. */
export async function withoutModFile(files: ModuleFiles, directories: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const directory of directories) {
    if ((await read(files, posix.join(directory, 'go.mod'), MAX_MOD)) === undefined) missing.push(directory);
  }
  return missing;
}

/** Throws `FileAccessError` that lists them all. */
export function refuseMissing(directories: readonly string[]): void {
  if (directories.length === 0) return;
  const paths = directories.map((directory) => posix.join(directory, 'go.mod'));
  throw new FileAccessError(
    `The repository has no ${paths.join(', no ')}. Name the directories of its Go modules in packages.gomod, or leave ` +
      'gomod out of pkg_managers.',
  );
}

/**
 * Reads `go.mod`, and `go.work` where one is active, of each of the directories. Everything local that they name must lie
 * in the repository, as `go` would follow it. Throws `InvalidFileFormat`, `ValidationError`, `UnsupportedFeature`.
 */
export async function readProjects(files: ModuleFiles, directories: readonly string[]): Promise<GoProject[]> {
  const reader = new ProjectReader(files);
  const projects: GoProject[] = [];
  for (const directory of directories) projects.push(await reader.read(directory));
  return projects;
}

/** What `go.sum` beside the modules and `go.work.sum` say, together. */
export async function readSums(files: ModuleFiles, projects: readonly GoProject[]): Promise<GoSums> {
  const directories = projects.flatMap(({ directory, workspace }) => [directory, ...(workspace?.members ?? [])]);
  const paths = directories.map((directory) => posix.join(directory, 'go.sum'));
  for (const { workspace } of projects) {
    if (workspace !== undefined) paths.push(posix.join(workspace.directory, 'go.work.sum'));
  }
  const sums = new GoSums();
  for (const file of new Set(paths)) {
    const text = await read(files, file, MAX_SUM);
    if (text !== undefined) await sums.addInTurns(text.toString(), file);
  }
  return sums;
}

/** Reads each file once: the modules of a workspace have all of its files in common. */
class ProjectReader {
  private readonly modFiles = new Map<string, GoModFile>();
  /** By directory; undefined = it has no `go.work`. */
  private readonly workspaces = new Map<string, Workspace | undefined>();

  constructor(private readonly files: ModuleFiles) {}

  async read(directory: string): Promise<GoProject> {
    return { directory, modFile: await this.modFile(directory), workspace: await this.workspaceOf(directory) };
  }

  private async modFile(directory: string): Promise<GoModFile> {
    const modFile = this.modFiles.get(directory) ?? (await this.readModFile(directory));
    this.modFiles.set(directory, modFile);
    return modFile;
  }

  private async readModFile(directory: string): Promise<GoModFile> {
    // There may be thousands, and what is in memory already comes at once: others shall not wait for all of them.
    await setImmediate();
    const file = posix.join(directory, 'go.mod');
    if (this.files.links.has(file)) throw new UnsupportedFeature(`${file} is a symbolic link. Replace it by the file itself.`);
    const text = await read(this.files, file, MAX_MOD);
    const modFile = parseGoMod(text?.toString() ?? '', file);
    checkModFile(modFile, file);
    for (const { newPath, newVersion } of modFile.replace) {
      if (newVersion === undefined) checkLocalPath(this.files, directory, newPath, file);
    }
    return modFile;
  }

  private async workspaceOf(directory: string): Promise<Workspace | undefined> {
    for (let above = directory; ; above = posix.dirname(above)) {
      if (!this.workspaces.has(above)) this.workspaces.set(above, await this.readWorkspace(above));
      const workspace = this.workspaces.get(above);
      if (workspace !== undefined || above === '.') return workspace;
    }
  }

  private async readWorkspace(directory: string): Promise<Workspace | undefined> {
    const file = posix.join(directory, 'go.work');
    const text = await read(this.files, file, MAX_MOD);
    if (text === undefined) return undefined;
    const workFile = parseGoWork(text.toString(), file);
    const members: string[] = [];
    for (const path of workFile.use) members.push(checkLocalPath(this.files, directory, path, file));
    for (const { newPath, newVersion } of workFile.replace) {
      if (newVersion === undefined) checkLocalPath(this.files, directory, newPath, file);
    }
    // Replacements of all its modules count.
    for (const member of members) {
      if ((await withoutModFile(this.files, [member])).length === 0) await this.modFile(member);
    }
    return { directory, workFile, members };
  }
}

/** What `go` would refuse, too: here it is the requester's to mend. */
function checkModFile({ module, require, replace }: GoModFile, file: string): void {
  if (module === undefined) throw new InvalidFileFormat(`${file} names no module: it has no line that begins with module.`);
  for (const { path } of [...require, ...replace]) {
    if (!isImportPath(path)) throw new InvalidFileFormat(`${file} names ${quote(path)}, which is not the path of a module.`);
  }
  for (const { path, version } of require) {
    if (!isSemver(version)) throw new InvalidFileFormat(`${file} requires ${path} in the version ${quote(version)}, which is none. Run go mod tidy.`);
  }
}

async function read(files: ModuleFiles, path: string, maxSize: number): Promise<Buffer | undefined> {
  return files.mayHave(path) ? files.read(path, { maxSize }) : undefined;
}
