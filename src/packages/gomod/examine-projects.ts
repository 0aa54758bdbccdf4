import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { sideBySide } from '../../concurrency/index.js';
import type { ResolveJob, SourceEdit } from '../package-manager.js';
import type { ArchivedFile } from './bundle-cache.js';
import { editsOf, findChanges } from './edits.js';
import { examineProject } from './examine-project.js';
import type { ModuleFindings } from './findings.js';
import type { GoTools, Session } from './go-tools.js';
import { readGraphs } from './graph/read-graphs.js';
import type { ModuleFiles } from './module-files.js';
import { type GoProject, readSums } from './project.js';
import { type Vendoring, vendoringOf } from './vendoring.js';
import { writeWorkTree } from './work-tree.js';

/** What commands found out and did. */
export interface ExaminedProjects {
  modules: ModuleFindings[];
  archived: ArchivedFile[];
  edits: SourceEdit[];
}

/** `go list` uses several processors by itself. */
const PROJECTS_AT_A_TIME = 2;

/** Runs `go` for each of the requested directories. */
export async function examineProjects(
  job: ResolveJob,
  projects: readonly GoProject[],
  files: ModuleFiles,
  tools: GoTools,
): Promise<ExaminedProjects> {
  const { source, flags, signal, settings } = job;
  const vendorings = projects.map((project) =>
    vendoringOf(project, flags, files, { strict: settings.gomod.strictVendor }),
  );
  const isVendored = vendorings.some((vendoring) => vendoring !== undefined);
  await job.progress.phase('Writing the Go files');
  const scratch = await realpath(await job.scratchDirectory());
  const tree = await writeWorkTree(source, join(scratch, 'app'), {
    // `-mod=readonly` does not look at them.
    ignored: files.copies(),
    everything: isVendored,
    signal,
  });
  const session = await tools.open(await readSums(files, projects), join(scratch, 'go'), { vendors: isVendored });
  const stopPrefetch = prefetch(job, session);
  try {
    const limit = canRunTogether(tools, projects) ? PROJECTS_AT_A_TIME : 1;
    const examined = await sideBySide(projects, limit, signal, (project, shared) => {
      const vendoring = vendorings[projects.indexOf(project)];
      return examineProject({ ...job, signal: shared }, project, { vendoring, tree, session, tools });
    });
    const changes = await findChanges(tree, changeable(projects, vendorings));
    // What the graph alone needs is not for the bundle.
    const archived = isVendored ? [] : usedFiles(session);
    const modules = isVendored
      ? examined.map(({ findings }) => findings)
      : await readGraphs(job, examined, { tree, session, tools });
    await tools.close(session);
    return { modules, archived, edits: editsOf(tree, changes) };
  } finally {
    await stopPrefetch();
    await session.proxy.close();
  }
}

/** Fetches what `go.sum` names while `go` is still reading; whatever matters and fails comes up again when go asks. */
function prefetch(job: ResolveJob, { store }: Session): () => Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  const running = store
    .prefetch(signal, (done, total) => job.progress.update(done, total, 'packages'))
    .catch(() => undefined);
  return async () => {
    stop.abort();
    await running;
  };
}

/** Commands that change files must not meet. */
function canRunTogether(tools: GoTools, projects: readonly GoProject[]): boolean {
  return !tools.edits() && projects.every(({ workspace }) => workspace === undefined);
}

/** Directories whose module files commands may change, and what they may write. */
function changeable(
  projects: readonly GoProject[],
  vendorings: readonly (Vendoring | undefined)[],
): { directories: string[]; trees: string[] } {
  const directories = projects.flatMap(({ directory, workspace }) =>
    workspace === undefined ? [directory] : [directory, workspace.directory, ...workspace.members],
  );
  return { directories, trees: vendorings.flatMap((vendoring) => vendoring?.directory ?? []) };
}

/** All that `go` asked the proxy for, without toolchains: those are no part of the application. */
function usedFiles({ store }: Session): ArchivedFile[] {
  return [...store.used.values()]
    .filter(({ path }) => path !== 'golang.org/toolchain')
    .map(({ artifact, ...file }) => ({ file, artifact }));
}
