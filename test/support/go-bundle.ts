import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { unpackBundle } from './bundles.js';
import { itInOwnNetwork, OWN_NETWORK } from './own-network.js';
import type { Service } from './service.js';
import { missingTool } from './tools.js';

/** A test that builds Go code without network; skipped, with the reason in its name, where that cannot be had. */
export function itBuildsOffline(name: string, test: () => Promise<void>, timeout?: number): void {
  itInOwnNetwork(missingTool('go'), name, test, timeout);
}

export type BuildMode = 'registry' | 'offline';

export interface BuildOptions {
  /** Directory of the module. */
  path?: string;
  mode?: BuildMode;
  /** Another `go` than the installed one. */
  binary?: string;
  /** Laid over the variables of the request. */
  env?: Record<string, string>;
}

/** An unpacked bundle with the variables that belong to it: everything that a build machine is given. */
export class GoBundle {
  private constructor(
    private readonly service: Service,
    private readonly id: number,
    readonly directory: string,
  ) {}

  static async unpack(service: Service, id: number, parent: string = tmpdir()): Promise<GoBundle> {
    return new GoBundle(service, id, await unpackBundle(service, id, parent));
  }

  /** Variables of the request, paths made absolute. */
  async variables(mode: BuildMode): Promise<Record<string, string>> {
    const query = mode === 'offline' ? '?mode=offline' : '';
    const response = await this.service.fetch(`/api/v1/requests/${this.id}/environment-variables${query}`);
    const variables = (await response.json()) as Record<string, { value: string; kind: string }>;
    return Object.fromEntries(
      Object.entries(variables).map(([name, { value, kind }]) => [name, kind === 'path' ? join(this.directory, value) : value]),
    );
  }

  /**
   * Runs `go` in a module of the bundle without any network, with nothing set but PATH, an empty HOME, the variables and
   * `env`.
   */
  async go(args: string[], { path = '.', mode = 'registry', binary = 'go', env: more = {} }: BuildOptions = {}): Promise<string> {
    const home = await mkdtemp(join(tmpdir(), 'home-'));
    const [command, ...first] = OWN_NETWORK ?? [];
    const env = { PATH: process.env.PATH, HOME: home, ...(await this.variables(mode)), ...more };
    try {
      const options = { cwd: join(this.directory, 'app', path), env, extendEnv: false, all: true } as const;
      return (await execa(command ?? binary, command === undefined ? args : [...first, binary, ...args], options)).all;
    } finally {
      await removeTree(home);
    }
  }

  /** Takes the modules out of the bundle's own cache again, so that only what was in the bundle is left; what was compiled stays. */
  async forgetModules(): Promise<void> {
    await removeTree(join(this.directory, 'deps/gomod/pkg'));
    await mkdir(join(this.directory, 'deps/gomod/pkg'), { recursive: true });
    const { bytes } = await this.service.download(this.id);
    await execa('tar', ['-xz'], { cwd: this.directory, input: bytes });
  }

  async remove(): Promise<void> {
    await removeTree(this.directory);
  }
}

/** Removes a directory with the read-only ones that `go` makes in a module cache. */
export async function removeTree(directory: string): Promise<void> {
  await execa('chmod', ['-R', 'u+w', directory], { reject: false });
  await rm(directory, { recursive: true, force: true });
}
