import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { PUBLIC_CHECKSUM_DATABASE } from '../../config/index.js';
import type { GoModError } from '../../errors/index.js';
import type { ResolveJob } from '../package-manager.js';
import { ChecksumDatabase } from './checksum-database/checksum-database.js';
import { GoCommand } from './command/go-command.js';
import { ExtractedModules } from './extracted-modules.js';
import { GoSums } from './files/go-sum-file.js';
import { compareGoVersions, parseGoVersion } from './modules/go-version.js';
import type { GoProject } from './project.js';
import { ModuleProxy } from './proxy/module-proxy.js';
import { ModuleStore } from './proxy/module-store.js';
import type { ServedModules } from './proxy/proxy-answers.js';
import { chooseToolchain, type ToolchainChoice } from './toolchain/choose-toolchain.js';
import { type GoToolchain, Toolchains } from './toolchain/toolchains.js';

/** Modules that one or more `go` commands may use: a store, the proxy in front of it, and go's own cache of it. */
export interface Session {
  store: ModuleStore;
  proxy: ModuleProxy;
  /** Absolute. */
  directory: string;
  /** `GOMODCACHE`. */
  moduleCache: string;
}

/** The first release that can vendor a workspace. */
const FIRST_WITH_WORK_VENDOR = '1.22';

/** Makes what `go` needs to run for one request. */
export class GoTools {
  private readonly checksums: ChecksumDatabase;
  private readonly toolchains: Toolchains;
  private readonly extracted: ExtractedModules;

  constructor(private readonly job: ResolveJob) {
    const { name, key, url } = PUBLIC_CHECKSUM_DATABASE;
    const proxies = job.settings.upstreams.gomod.filter(({ scopes }) => scopes.length === 0);
    const bases = [...proxies.map((proxy) => `${proxy.url}sumdb/${name}/`), url];
    this.checksums = new ChecksumDatabase({ artifacts: job.artifacts, documents: job.documents, bases, name, key });
    this.extracted = new ExtractedModules(join(job.settings.directories.go, 'modules'));
    this.toolchains = new Toolchains({
      directory: join(job.settings.directories.go, 'toolchains'),
      settings: job.settings.gomod,
      store: this.store(new GoSums()),
      artifacts: job.artifacts,
      log: job.log,
    });
  }

  /** Which toolchain is used for a module. Throws `UnsupportedFeature`. */
  async choice(project: GoProject): Promise<ToolchainChoice> {
    const installed = await this.toolchains.installed(this.job.signal);
    return chooseToolchain({ target: targetOf(project), edits: this.edits() }, installed?.version, this.job.settings.gomod);
  }

  /** Throws `UnsupportedFeature`. */
  async toolchain(project: GoProject, target = targetOf(project), edits = this.edits()): Promise<GoToolchain> {
    return this.toolchains.obtain({ target, edits }, this.job.signal);
  }

  /** Whether commands may change `go.mod`. */
  edits(): boolean {
    const { flags, replacements } = this.job;
    const changing = ['gomod-vendor', 'gomod-vendor-check', 'force-gomod-tidy'] as const;
    return replacements.length > 0 || changing.some((flag) => flags.has(flag));
  }

  canVendorWorkspaces({ version }: GoToolchain): boolean {
    return compareGoVersions(version, FIRST_WITH_WORK_VENDOR) >= 0;
  }

  /** `vendors`: files of modules are handed out, so each is unpacked anew from the verified zip. */
  async open(sums: GoSums, directory: string, { vendors }: { vendors: boolean }): Promise<Session> {
    const store = this.store(sums);
    const moduleCache = join(directory, 'mod');
    await mkdir(moduleCache, { recursive: true });
    const served = vendors ? store : this.servedModules(store, moduleCache);
    const proxy = await ModuleProxy.start(served, this.checksums, this.job.signal);
    return { store, directory, moduleCache, proxy };
  }

  /** Keeps what `go` has unpacked for other requests. */
  async close({ store, moduleCache }: Session): Promise<void> {
    const zips = [...store.used.values()].filter(({ kind }) => kind === 'zip');
    await this.extracted.adopt(zips, moduleCache);
  }

  /** Whoever takes the zip of a module that is unpacked already finds that in its cache. */
  private servedModules(store: ModuleStore, moduleCache: string): ServedModules {
    return {
      file: async (kind, module, signal) => {
        const artifact = await store.file(kind, module, signal);
        if (kind === 'zip' && artifact !== undefined) await this.extracted.link({ ...module, artifact }, moduleCache);
        return artifact;
      },
      open: (artifact) => store.open(artifact),
      list: (path, signal) => store.list(path, signal),
      latest: (path, signal) => store.latest(path, signal),
      query: (path, query, signal) => store.query(path, query, signal),
      isPublic: (path) => store.isPublic(path),
    };
  }

  /** `repository` is the absolute path of the source's root. */
  command(toolchain: GoToolchain, repository: string, { proxy, directory, moduleCache }: Session): GoCommand {
    const { settings, flags, log, signal } = this.job;
    return new GoCommand({
      toolchain,
      repository,
      scratch: directory,
      goModCache: moduleCache,
      proxy: proxy.url,
      privateModules: settings.upstreams.gomod.flatMap(({ scopes }) => scopes),
      cgo: !flags.has('cgo-disable'),
      timeout: settings.worker.subprocessTimeout,
      maxMemory: settings.gomod.maxMemory,
      signal,
      log,
    });
  }

  private store(sums: GoSums): ModuleStore {
    const { artifacts, documents, settings, log } = this.job;
    const { gomod: upstreams } = settings.upstreams;
    const { downloadTries } = settings.gomod;
    return new ModuleStore({ artifacts, documents, upstreams, sums, checksums: this.checksums, downloadTries, log });
  }
}

/**
 * The toolchain to try again with, when one has failed: a dependency may need a newer Go than the module says, and a module
 * from before Go 1.21 may not be what later ones make of it. Undefined when another one would fail, too.
 */
export function otherTarget(error: GoModError, project: GoProject): { target: string; edits: boolean } | undefined {
  const needed = /requires go >= (\d[\w.]*)/.exec(error.message)?.[1];
  if (needed !== undefined) return { target: needed, edits: false };
  const isOld = compareGoVersions(targetOf(project), '1.21') < 0;
  return isOld && error.message.includes('updates to go.mod needed') ? { target: targetOf(project), edits: true } : undefined;
}

/** The larger of all `go` and `toolchain` lines; without any, 1.20 (`go help modules`: 1.16, raised as old Cachito had it). */
function targetOf({ modFile, workspace }: GoProject): string {
  const files = [modFile, ...(workspace === undefined ? [] : [workspace.workFile])];
  const versions = files
    .flatMap(({ go, toolchain }) => [go, toolchain])
    .flatMap((text) => parseGoVersion(text ?? '') ?? []);
  return versions.reduce((one, other) => (compareGoVersions(one, other) < 0 ? other : one), versions[0] ?? '1.20');
}
