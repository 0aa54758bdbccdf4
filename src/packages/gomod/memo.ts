import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { constants, gunzip, gzip } from 'node:zlib';
import { describeError } from '../../errors/index.js';
import type { ResolveJob } from '../package-manager.js';
import type { ArchivedFile } from './bundle-cache.js';
import type { CachedFile, Findings, ModuleFindings } from './findings.js';
import type { GoTools } from './go-tools.js';
import type { GoProject } from './project.js';

const gzipAsync = promisify<Buffer, { level: number }, Buffer>(gzip);
const gunzipAsync = promisify<Buffer, Buffer>(gunzip);

/** Changes with what findings consist of and how they are found. */
const FORMAT = 2;

/** More would take too long to write and read. */
const MAX_IMPORTS = 2_000_000;

export interface Memo {
  /** Undefined when nothing can be remembered: commands may change files, or take what is newest. */
  key: string | undefined;
  findings: Findings | undefined;
}

/**
 * What was found out about the same modules of the same commit before, with the same toolchains, tags and flags. The
 * modules named by `go.mod` never change, so neither does what is found.
 */
export async function recall(job: ResolveJob, projects: readonly GoProject[], tools: GoTools): Promise<Memo> {
  if (tools.edits()) return { key: undefined, findings: undefined };
  const toolchains = await Promise.all(projects.map((project) => tools.choice(project)));
  const inputs = [
    [FORMAT, process.versions.v8, process.arch, process.platform],
    [projects.map(({ directory }) => directory), job.flags.has('cgo-disable'), job.settings.gomod.strictVendor],
    [toolchains, await job.versionTags()],
  ];
  const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
  const content = await job.memo.get(key);
  return { key, findings: content && (deserialize(await gunzipAsync(content)) as Findings) };
}

/** Keeps what was found for the next request; not where a module graph could not be read, which may be possible then. */
export async function remember(
  { key }: Memo,
  { modules, archived }: { modules: ModuleFindings[]; archived: readonly ArchivedFile[] },
  job: ResolveJob,
): Promise<void> {
  if (modules.some(({ graph }) => graph === undefined)) return;
  const size = modules.reduce((sum, { packages }) => sum + packages.reduce((all, { imports }) => all + imports.length, 0), 0);
  if (key === undefined || size > MAX_IMPORTS) return;
  const findings: Findings = { modules, files: archived.map(cachedFile) };
  await job.memo.put(key, await gzipAsync(serialize(findings), { level: constants.Z_BEST_SPEED }));
}

/**
 * The files that were found before: nothing is fetched unless the archive has lost one. Undefined when that cannot be had
 * where it came from: everything is to be found out anew.
 */
export async function archiveAgain({ files }: Findings, job: ResolveJob): Promise<ArchivedFile[] | undefined> {
  const specs = files.map(({ path, version, upstream, sha256, verifiedBy }) => ({
    ecosystem: 'gomod',
    name: path,
    version,
    upstreams: [upstream] as const,
    digests: { sha256 },
    verifiedBy,
  }));
  try {
    const artifacts = await job.artifacts.getAll(specs, { signal: job.signal });
    return files.map((file, at) => ({ file, artifact: artifacts[at] }));
  } catch (error) {
    job.signal.throwIfAborted();
    job.log.warn(`A module was lost from the archive: ${describeError(error).message}`);
    return undefined;
  }
}

function cachedFile({ file: { kind, path, version }, artifact: { upstream, sha256, verifiedBy } }: ArchivedFile): CachedFile {
  return { kind, path, version, upstream, sha256, verifiedBy };
}
