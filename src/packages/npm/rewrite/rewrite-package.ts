import { posix } from 'node:path';
import { PUBLIC_REGISTRIES } from '../../../config/index.js';
import type { ConfigurationFile, ResolveJob } from '../../package-manager.js';
import { bundleFile, pathToBundleRoot } from '../configuration.js';
import { rewriteLockFileAside } from '../off-thread.js';
import { type PackageFiles, readManifest, readPackageFiles } from '../package-files.js';
import { quote } from '../../quote.js';
import { registryHosts } from '../registry-upstreams.js';
import type { ArchivedPackage } from './half.js';
import type { RewrittenLockFile } from './rewrite-lock-file.js';
import { rewriteManifest } from './rewrite-manifest.js';

/** What took the place of what the lock files name. */
export interface Replacements {
  /** By source. */
  externals: ReadonlyMap<string, ArchivedPackage>;
  /** By `name@version`. */
  registry: ReadonlyMap<string, ArchivedPackage>;
}

/**
 * The manifests and the lock file of one package as the user needs them to install what was archived. `manifests`
 * (path → text) holds those that were rewritten for other packages of the request, which may share workspaces; it is
 * added to.
 */
export async function rewritePackage(
  job: ResolveJob,
  files: PackageFiles,
  replacements: Replacements,
  manifests: Map<string, string>,
): Promise<ConfigurationFile[]> {
  const { text } = await readPackageFiles(job.source, files);
  const rewritten = await rewriteLockFileAside(
    {
      text,
      file: files.lockFile,
      registryHosts: registryHosts(job.settings.upstreams.npm),
      publicHost: new URL(PUBLIC_REGISTRIES.npm).host,
      relative: pathToBundleRoot(files.directory),
      ...replacements,
    },
    job.signal,
  );
  const changed = await rewriteManifests(job, files, rewritten, manifests);
  const path = bundleFile('.', files.lockFile);
  const lockFiles: ConfigurationFile[] = [{ path, template: rewritten.offline, mode: 'offline' }];
  if (rewritten.registry !== undefined) lockFiles.unshift({ path, template: rewritten.registry, mode: 'registry' });
  return [...changed.map((manifest) => manifestFile(manifest, manifests)), ...lockFiles];
}

/** A changed `package.json` serves both ways to build. */
function manifestFile(path: string, manifests: ReadonlyMap<string, string>): ConfigurationFile {
  return { path: bundleFile('.', path), template: [manifests.get(path) ?? ''] };
}

/** Returns the paths of those that had to change. */
async function rewriteManifests(
  job: ResolveJob,
  { directory }: PackageFiles,
  rewritten: RewrittenLockFile,
  manifests: Map<string, string>,
): Promise<string[]> {
  const changed: string[] = [];
  for (const { folder, specs } of rewritten.manifests) {
    const path = posix.join(directory, folder, 'package.json');
    const text = manifests.get(path) ?? (await readManifest(job.source, path));
    if (text === undefined) continue;
    const manifest = rewriteManifest(text, path, specs, folder === '' ? rewritten.replaced : []);
    warnOfUnclear(job, path, manifest.unclear);
    if (manifest.text === undefined) continue;
    manifests.set(path, manifest.text);
    changed.push(path);
  }
  return changed;
}

function warnOfUnclear(job: ResolveJob, path: string, unclear: readonly string[]): void {
  if (unclear.length === 0) return;
  job.log.warn(
    `"overrides" in ${path} names sources that are not from a registry, and nothing in the lock file tells what ` +
      `takes their place: ${unclear.slice(0, 5).map(quote).join(', ')}. npm may try to reach them.`,
  );
}
