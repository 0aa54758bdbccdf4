import { emptyResolution, type Resolution, type ResolveJob } from '../package-manager.js';
import { archiveAgain, recall, remember } from './memo.js';
import { checkLocalDependencies } from './local-dependencies.js';
import { examineProjects } from './examine-projects.js';
import { ModuleFiles } from './module-files.js';
import { readProjects, refuseMissing, withoutModFile } from './project.js';
import { checkReplacements } from './replacements.js';
import { resolutionOf } from './resolution.js';
import { GoTools } from './go-tools.js';

/** Everything about the Go modules of a request. */
export async function resolveGomod(job: ResolveJob): Promise<Resolution> {
  const directories = job.paths.map(({ path }) => path);
  const files = await ModuleFiles.of(job.source);
  const missing = await withoutModFile(files, directories);
  if (missing.length > 0 && directories.length === 1 && job.settings.gomod.ignoreMissingGoMod) {
    job.log.warn('The repository has no go.mod; no Go modules are reported.');
    return emptyResolution();
  }
  refuseMissing(missing);
  checkReplacements(job.replacements, directories);
  const projects = await readProjects(files, directories);
  const tools = new GoTools(job);
  const memo = await recall(job, projects, tools);
  const known = memo.findings && (await archiveAgain(memo.findings, job));
  if (memo.findings !== undefined && known !== undefined) {
    job.log.info('The Go modules of this commit were listed before; nothing is fetched.');
    return resolutionOf(memo.findings.modules, known);
  }
  const { modules, archived, edits } = await examineProjects(job, projects, files, tools);
  await checkLocalDependencies(modules);
  if (edits.length === 0) await remember(memo, { modules, archived }, job);
  return { ...(await resolutionOf(modules, archived)), edits };
}
