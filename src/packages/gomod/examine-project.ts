import { join, relative } from 'node:path';
import { GoModError, ValidationError } from '../../errors/index.js';
import type { ResolveJob } from '../package-manager.js';
import type { GoCommand, GoCommandPlace } from './command/go-command.js';
import type { FoundModule, ModuleFindings } from './findings.js';
import { containsPath, isMatched, pathBelow } from './go-paths.js';
import { replacedModules } from './graph/module-names.js';
import { type GoTools, otherTarget, type Session } from './go-tools.js';
import { type GoModule, type GoPackage, LISTED_FIELDS, type Listing, readListing } from './listing.js';
import { moduleVersion } from './modules/module-version.js';
import type { GoProject } from './project.js';
import { replaceArgument } from './replacements.js';
import { type LocalModule, report } from './report.js';
import type { GoToolchain } from './toolchain/toolchains.js';
import { checkVendored, vendorCommand, vendoredModules, type Vendoring } from './vendoring.js';
import type { WorkTree } from './work-tree.js';

interface Means {
  vendoring: Vendoring | undefined;
  tree: WorkTree;
  session: Session;
  tools: GoTools;
}

/** What was found out about one directory, and what else is needed to read its module graph. */
export interface Examined {
  project: GoProject;
  findings: ModuleFindings;
  /** That has listed it. */
  toolchain: GoToolchain;
  /** The module, or all modules of its workspace. */
  locals: readonly LocalModule[];
  /** See `replacedModules`. */
  replaced: ReadonlyMap<string, FoundModule>;
}

/** Lists the modules and packages of one directory. */
export async function examineProject(job: ResolveJob, project: GoProject, means: Means): Promise<Examined> {
  await job.progress.phase(`Listing the Go modules at ${project.directory}`);
  const toolchain = await means.tools.toolchain(project);
  job.log.info(`The Go module at ${project.directory} is listed with Go ${toolchain.version}.`);
  try {
    return await examine(job, project, toolchain, means).catch(async (error: unknown) => {
      const other = error instanceof GoModError ? otherTarget(error, project) : undefined;
      if (other === undefined) throw error;
      const next = await means.tools.toolchain(project, other.target, other.edits);
      if (next.version === toolchain.version) throw error;
      job.log.info(`Go ${toolchain.version} cannot do it; Go ${next.version} is tried.`);
      return examine(job, project, next, means);
    });
  } catch (error) {
    // Why the proxy has refused a file is known better there than by go, which tells the status.
    const isRefusal = error instanceof GoModError && /\b502\b/.test(error.message);
    throw (isRefusal && means.session.proxy.failure) || error;
  }
}

/** Where commands for a directory run. */
export function placeOf({ directory, workspace }: GoProject, { root }: WorkTree): GoCommandPlace {
  const workFile = workspace === undefined ? 'off' : join(root, workspace.directory, 'go.work');
  return { directory: join(root, directory), workFile };
}

async function examine(
  job: ResolveJob,
  project: GoProject,
  toolchain: GoToolchain,
  { vendoring, tree, session, tools }: Means,
): Promise<Examined> {
  const go = tools.command(toolchain, tree.root, session);
  const place = placeOf(project, tree);
  let downloaded: FoundModule[] = [];
  for (const replacement of job.replacements) await go.run(['mod', 'edit', replaceArgument(replacement)], place);
  const tidies = job.flags.has('force-gomod-tidy') || job.replacements.length > 0;
  if (vendoring === undefined) downloaded = await download(go, place);
  // Before vendoring: `vendor` has to be what the tidied go.mod asks for.
  if (tidies) await go.run(['mod', 'tidy'], place);
  if (vendoring !== undefined) downloaded = await vendor(vendoring);
  const readOnly = vendoring === undefined ? ['-mod=readonly'] : [];
  const modules = await localModules(job, go, place, readOnly, tree.root);
  const main = modules.find(({ directory }) => directory === project.directory);
  if (main === undefined) throw notInWorkspace(project);
  const others = modules.filter((module) => module !== main);
  const listing = await listPackages(go, place, readOnly, main);
  warnOfMissingSums(job, project, listing, downloaded);
  const findings = await report({ main, others, downloaded, listing, replacements: job.replacements });
  return { project, findings, toolchain, locals: modules, replaced: replacedModules(listing) };

  async function vendor(wanted: Vendoring): Promise<FoundModule[]> {
    await go.run(vendorCommand(project, tools.canVendorWorkspaces(toolchain)), place);
    await checkVendored(tree, wanted, job.log);
    return vendoredModules(tree, wanted, job.replacements);
  }
}

/** What `go mod download` names is what it downloads: replaced modules under the names of what takes their places. */
async function download(go: GoCommand, place: GoCommandPlace): Promise<FoundModule[]> {
  const found: FoundModule[] = [];
  for await (const module of go.json(['mod', 'download', '-json'], place)) {
    const { Path, Version = '', Error: problem } = module as GoModule & { Error?: string };
    if (problem !== undefined) throw new GoModError(`go mod download failed: ${go.clean(problem)}`);
    found.push({ name: Path, version: Version });
  }
  return found;
}

/** The main module, and in a workspace all of its modules. */
async function localModules(
  job: ResolveJob,
  go: GoCommand,
  place: GoCommandPlace,
  readOnly: readonly string[],
  root: string,
): Promise<LocalModule[]> {
  const tags = await job.versionTags();
  const modules: LocalModule[] = [];
  for await (const module of go.json(['list', '-e', ...readOnly, '-m', '-json'], place)) {
    const { Path, Dir = place.directory } = module as GoModule;
    const directory = relative(root, Dir) || '.';
    modules.push({ name: Path, directory, version: moduleVersion({ path: Path, directory }, tags, job.commit) });
  }
  return modules;
}

/** `all` holds everything that `./...` does. */
function listPackages(
  go: GoCommand,
  place: GoCommandPlace,
  readOnly: readonly string[],
  main: LocalModule,
): Promise<Listing> {
  const fields = `-json=${LISTED_FIELDS}`;
  const printed = go.json(['list', '-e', ...readOnly, '-deps', fields, 'all'], place) as AsyncIterable<GoPackage>;
  return readListing(
    printed,
    ({ importPath, module }) =>
      module?.Main === true && module.Path === main.name && isMatched(pathBelow(main.name, importPath)),
  );
}

/** `go list` tells no module for packages of modules without checksum: they are reported as if they were to be generated. */
function warnOfMissingSums(
  { log }: ResolveJob,
  { directory }: GoProject,
  { packages }: Listing,
  downloaded: readonly FoundModule[],
): void {
  const orphans = [...packages.values()].filter(({ standard, module }) => !standard && module === undefined);
  const unsummed = orphans.filter(({ importPath }) => downloaded.some(({ name }) => containsPath(name, importPath)));
  if (unsummed.length === 0) return;
  log.warn(
    `The go.sum at ${directory} lacks checksums of modules that provide ${unsummed.length} packages, such as ` +
      `${unsummed[0].importPath}: the build from the bundle will fail. Run go mod tidy and commit go.sum, or post the ` +
      'request with the flag force-gomod-tidy.',
  );
}

function notInWorkspace({ directory, workspace }: GoProject): ValidationError {
  return new ValidationError(
    `The go.work at ${workspace?.directory ?? '.'} does not use the module at ${directory}. Add it with go work use, or ` +
      'leave it out of packages.gomod.',
  );
}
