import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { go, goObjects, type GoOptions } from './go-command.js';

/** A package as the verbose view of a request has it. */
export interface ReportedPackage {
  name: string;
  type: string;
  version: string;
  /** Left out for the root. */
  path?: string;
  dependencies: ReportedDependency[];
}

export interface ReportedDependency {
  name: string;
  type: string;
  version: string | null;
  replaces: null | { name: string; type: string; version: string };
}

/** What is to be asked, and of which `go`. */
export interface Question extends Omit<GoOptions, 'directory'> {
  /** Checkout of the repository; it is changed as the request asks for. */
  checkout: string;
  /** Directory of the module in it. */
  path: string;
  /** Version of a module of the repository. */
  version: (module: string) => Promise<string>;
  /** `dependency_replacements` of the request. */
  replacements?: readonly { name: string; version: string; new_name?: string }[];
  /** Whether dependencies are vendored instead of downloaded, and whether `go.mod` is tidied. */
  vendor?: boolean;
  tidy?: boolean;
}

interface Module {
  Path: string;
  Version?: string;
  Main?: boolean;
  Dir?: string;
  Replace?: { Path: string; Version?: string };
}

interface Package {
  ImportPath: string;
  Dir?: string;
  Standard?: boolean;
  Module?: Module;
  Deps?: string[];
}

/**
 * What is to be reported of a module, asked of the real `go` command by command and put together word for word as the
 * specification says: the module with its module dependencies, then the roots among its packages with all their
 * packages. Simple, slow, and unrelated to how the service does it.
 */
export async function reportOfGo(question: Question): Promise<ReportedPackage[]> {
  const { checkout, path } = question;
  const directory = join(checkout, path);
  const prepared = await prepare(question);
  const local = await list<Module>(question, ['-m', '-json']);
  const main = local.find(({ Dir }) => Dir === directory);
  if (main === undefined) throw new Error(`go knows no module at ${path}`);
  const version = await question.version(main.Path);

  const fields = '-json=ImportPath,Dir,Module,Standard,Deps';
  const all = await list<Package>(question, ['-deps', fields, 'all']);
  const listed = await list<Package>(question, ['-deps', fields, './...']);
  const modules = [
    ...all.flatMap(({ Module }) => (Module === undefined || Module.Main ? [] : [Module])),
    ...prepared,
    ...local.filter((module) => module !== main),
  ];
  return [
    {
      ...place(checkout, directory),
      name: main.Path,
      type: 'gomod',
      version,
      dependencies: await moduleDependencies(modules, question),
    },
    ...(await rootPackages(listed, version, question)),
  ];
}

function list<Type>(question: Question, args: string[]): Promise<Type[]> {
  const mode = question.vendor ? [] : ['-mod', 'readonly'];
  return goObjects<Type>(['list', '-e', ...mode, ...args], options(question));
}

function options({ checkout, path, env, binary }: Question): GoOptions {
  return { directory: join(checkout, path), env, binary };
}

/**
 * Edits, downloads or vendors. Tidying comes after the download, but before vendoring: the other way round `vendor` would
 * not be what `go.mod` asks for.
 */
async function prepare(question: Question): Promise<Module[]> {
  const { checkout, path, replacements = [], vendor, tidy = replacements.length > 0 } = question;
  for (const { name, new_name = name, version } of replacements) {
    await go(['mod', 'edit', `-replace=${name}=${new_name}@${version}`], options(question));
  }
  const downloaded = vendor ? [] : await goObjects<Module>(['mod', 'download', '-json'], options(question));
  if (tidy) await go(['mod', 'tidy'], options(question));
  if (!vendor) return downloaded;
  const isWorkspace = !['', 'off'].includes(await go(['env', 'GOWORK'], options(question)));
  await go([isWorkspace ? 'work' : 'mod', 'vendor'], options(question));
  return vendoredModules(checkout, path);
}

/** Those that have packages, by the lines of `vendor/modules.txt`. */
async function vendoredModules(checkout: string, path: string): Promise<Module[]> {
  const file = join(checkout, path, 'vendor/modules.txt');
  const text = await readFile(file, 'utf8').catch(() => (path === '.' ? '' : undefined));
  if (text === undefined) return vendoredModules(checkout, dirname(path));
  const found: Module[] = [];
  let header = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) header = line.slice(2);
    else if (line !== '' && !line.startsWith('#') && header !== '') {
      const [[Path, Version], [replacement, replacementVersion] = []] = header.split(' => ').map((side) => side.split(' '));
      found.push({ Path, Version, ...(replacement && { Replace: { Path: replacement, Version: replacementVersion } }) });
      header = '';
    }
  }
  return found;
}

async function moduleDependencies(modules: Module[], question: Question): Promise<ReportedDependency[]> {
  const found = new Map<string, ReportedDependency>();
  for (const module of modules) {
    const { name, version } = await columns(module, question);
    const isAsked = module.Replace?.Version !== undefined && question.replacements?.some(({ name }) => name === module.Path);
    const replaces = isAsked ? { name: module.Path, type: 'gomod', version: module.Version ?? '' } : null;
    const key = `${name} ${version}`;
    if (replaces !== null || !found.has(key)) found.set(key, { name, type: 'gomod', version, replaces });
  }
  return [...found.values()];
}

/** Name and version of a module dependency. */
async function columns({ Path, Version, Main, Replace }: Module, question: Question): Promise<{ name: string; version: string }> {
  if (Replace?.Version !== undefined) return { name: Replace.Path, version: Replace.Version };
  if (Replace !== undefined) return { name: Path, version: Replace.Path };
  return { name: Path, version: Main ? await question.version(Path) : (Version ?? '') };
}

/** Backwards through what is printed dependencies first: a package of the repository, unless one before imports it. */
async function rootPackages(listed: Package[], mainVersion: string, question: Question): Promise<ReportedPackage[]> {
  const byPath = new Map(listed.map((each) => [each.ImportPath, each]));
  const imported = new Set<string>();
  const roots: ReportedPackage[] = [];
  for (const { ImportPath, Dir = '', Module, Deps = [] } of listed.toReversed()) {
    if (!Module?.Main || imported.has(ImportPath)) continue;
    for (const path of Deps) imported.add(path);
    const dependencies: ReportedDependency[] = [];
    for (const name of Deps) {
      const version = await packageVersion(name, byPath.get(name), mainVersion, question);
      dependencies.push({ name, type: 'go-package', version, replaces: null });
    }
    const version = await question.version(Module.Path);
    roots.push({ ...place(question.checkout, Dir), name: ImportPath, type: 'go-package', version, dependencies });
  }
  return roots;
}

async function packageVersion(
  path: string,
  found: Package | undefined,
  mainVersion: string,
  question: Question,
): Promise<string | null> {
  if (found?.Standard) return null;
  if (found?.Module === undefined) return mainVersion;
  const { version } = await columns(found.Module, question);
  const rest = path.slice(found.Module.Path.length);
  if (!version.startsWith('.') || rest === '') return version;
  return `${version.replace(/\/$/, '')}${rest}`;
}

function place(checkout: string, directory: string): { path?: string } {
  const path = relative(checkout, directory);
  return path === '' ? {} : { path };
}
