import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SingleFlight } from '../../../concurrency/index.js';
import type { Configuration } from '../../../config/index.js';
import type { Artifact } from '../../../dependencies/index.js';
import { UnsupportedFeature } from '../../../errors/index.js';
import type { ArtifactPort, JobLog } from '../../package-manager.js';
import type { GoToolchain } from '../command/go-command.js';
import { chooseToolchain, type ToolchainNeed } from './choose-toolchain.js';
import { findInstalledGo } from './installed-go.js';
import { installToolchain, isComplete } from './toolchain-directory.js';
import { goPlatform, TOOLCHAIN_MODULE, toolchainVersion } from './toolchain-module.js';

export type { GoToolchain };

/** The part of the module store that toolchains come from. It must not know the checksums of any project. */
export interface ToolchainStore {
  file(kind: 'zip', module: { path: string; version: string }, signal: AbortSignal): Promise<Artifact | undefined>;
}

export interface ToolchainsOptions {
  /** Where fetched toolchains lie on this host. A cache: it may be deleted when nothing runs. */
  directory: string;
  settings: Pick<Configuration['gomod'], 'toolchains' | 'maxToolchain'>;
  store: ToolchainStore;
  artifacts: Pick<ArtifactPort, 'open'>;
  log: JobLog;
}

/** Whoever needs the same toolchain on this host at the same time waits for one that is unpacked. */
const flights = new SingleFlight<void>();

/** The Go toolchains of this host: the installed one, and those that modules asked for. */
export class Toolchains {
  private found: Promise<GoToolchain | undefined> | undefined;

  constructor(private readonly options: ToolchainsOptions) {}

  /** The go on the `PATH` of the service, if it is 1.19 or newer; looked for once. */
  async installed(signal: AbortSignal): Promise<GoToolchain | undefined> {
    this.found ??= findInstalledGo(process.env.PATH ?? '', join(this.options.directory, '.probe'), signal);
    return this.found;
  }

  /**
   * The toolchain for a module, fetched if need be: archived like any module, verified by the checksum database, unpacked
   * once on this host. Throws `UnsupportedFeature` when it may not be fetched or does not exist, and whatever the store
   * throws, such as `NetworkError`, and `InvalidRequestData` when the request forbids all network.
   */
  async obtain(need: ToolchainNeed, signal: AbortSignal): Promise<GoToolchain> {
    const installed = await this.installed(signal);
    const { version } = chooseToolchain(need, installed?.version, this.options.settings);
    if (version === installed?.version) return installed;
    const goroot = join(this.options.directory, `go${version}`);
    if (!(await isComplete(goroot, signal))) await this.provide(version, goroot, signal);
    return { version, goroot, binary: join(goroot, 'bin', 'go') };
  }

  private async provide(version: string, goroot: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      let isOwn = false;
      try {
        return await flights.run(goroot, signal, async (shared) => {
          isOwn = true;
          await this.fetch(version, goroot, shared);
        });
      } catch (error) {
        // Another request may be one that must not fetch, or ask another registry.
        if (isOwn || signal.aborted) throw error;
      }
    }
  }

  private async fetch(version: string, goroot: string, signal: AbortSignal): Promise<void> {
    const { store, artifacts, log } = this.options;
    const platform = goPlatform();
    if (platform === undefined) throw unavailable(version, `${process.platform} ${process.arch}`);
    log.info(`Fetching Go ${version}.`);
    const module = { path: TOOLCHAIN_MODULE, version: toolchainVersion(version, platform) };
    const artifact = await store.file('zip', module, signal);
    if (artifact === undefined) throw unavailable(version, platform);
    const copy = async (file: string): Promise<void> =>
      pipeline(await artifacts.open(artifact), createWriteStream(file, { flags: 'wx' }), { signal });
    await installToolchain(goroot, { name: module.path, version: module.version }, copy, signal);
  }
}

function unavailable(version: string, platform: string): UnsupportedFeature {
  return new UnsupportedFeature(
    `There is no Go ${version} for the host of the service (${platform}). Check the go and toolchain lines of go.mod and ` +
      'go.work.',
  );
}
