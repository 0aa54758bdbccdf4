import { mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { GoBundle, removeTree } from './go-bundle.js';
import { goEnvironment } from './go-command.js';
import { type MadeModule } from './go-made-modules.js';
import { filesOf } from './go-module-files.js';
import { type ReportedPackage, reportOfGo } from './go-oracle.js';
import { GoProxyServer } from './go-proxy-server.js';
import { expectReport, reportOf } from './go-report.js';
import { checkout } from './go-repository.js';
import { type FileSpec, type GitRepository, GitServer } from './git-server.js';
import { networksOfPublicRegistries } from './public-registries.js';
import { type RequestView, Service } from './service.js';

/** A repository with Go modules, and what is asked for. */
export interface Situation {
  files: Record<string, FileSpec>;
  tags?: string[];
  paths?: string[];
  flags?: string[];
  replacements?: { name: string; version: string; new_name?: string }[];
  /** `gomod` unless given; null = the request does not say. */
  managers?: string[] | null;
}

/** What is expected of it besides what the real `go` says. */
export interface Outcome {
  /** By path: `module version` of its module dependencies. */
  modules: Record<string, string[]>;
  /** Versions of modules of the repository, where they are not the pseudo-version of the commit. */
  versions?: Record<string, string>;
  /** Another `go` than the installed one. */
  binary?: string;
  /** Unless it is known not to build. */
  builds?: boolean;
}

const TIME = 1_660_000_062;

/** Made-up modules below `test.example`, private ones that only a proxy on loopback has, and a service that knows it. */
export class GoSituations {
  private constructor(
    readonly git: GitServer,
    readonly proxy: GoProxyServer,
    readonly service: Service,
    private readonly scratch: string,
  ) {}

  /** With `withoutToolchains` the proxy on loopback is asked for toolchains, too, and has none. */
  static async start(
    modules: readonly MadeModule[],
    { withoutToolchains = false, environment = {} }: { withoutToolchains?: boolean; environment?: Record<string, string> } = {},
  ): Promise<GoSituations> {
    const scratch = await realpath(await mkdtemp(join(tmpdir(), 'go-situations-')));
    const [git, proxy] = await Promise.all([GitServer.start(), GoProxyServer.start(modules)]);
    const upstreams = join(scratch, 'upstreams.yaml');
    const url = `${proxy.url}/`;
    const scopes = withoutToolchains ? ['test.example', 'golang.org/toolchain'] : ['test.example'];
    const gomod = [{ url, scopes }, { url: 'public' }];
    await writeFile(upstreams, JSON.stringify({ gomod }));
    const service = await Service.start({
      CACHITO_ALLOWED_PRIVATE_NETWORKS: await networksOfPublicRegistries(),
      CACHITO_UPSTREAMS_FILE: upstreams,
      CACHITO_PACKAGE_MANAGERS: '["gomod", "git-submodule"]',
      ...environment,
    });
    return new GoSituations(git, proxy, service, scratch);
  }

  async stop(): Promise<void> {
    await this.service.close();
    await Promise.all([this.git.stop(), this.proxy.stop()]);
    await removeTree(this.scratch);
  }

  /** A commit with these files in a repository of its own, or on top of another one. */
  async commit({ files, tags }: Situation, repository?: GitRepository): Promise<{ repository: GitRepository; ref: string }> {
    const found = repository ?? (await this.git.createRepository(`team/app-${this.git.requests.length}-${Math.random()}.git`));
    return { repository: found, ref: await found.commit({ files, tags, time: TIME }) };
  }

  /** Posts it; returns the final view. */
  async process(situation: Situation, committed?: { repository: GitRepository; ref: string }): Promise<RequestView> {
    const { paths, flags = [], replacements, managers = ['gomod'] } = situation;
    const { repository, ref } = committed ?? (await this.commit(situation));
    const request = {
      repo: repository.url,
      ref,
      flags,
      ...(managers === null ? {} : { pkg_managers: managers }),
      ...(paths === undefined ? {} : { packages: { gomod: paths.map((path) => ({ path })) } }),
      ...(replacements === undefined ? {} : { dependency_replacements: replacements.map((each) => ({ type: 'gomod', ...each })) }),
    };
    return this.service.finish((await this.service.create(request)).id);
  }

  /** It fails, with an error that says what is wrong. */
  async expectFailure(situation: Situation, type: string, origin: 'client' | 'server', reason: RegExp): Promise<void> {
    const view = await this.process(situation);
    expect(view).toMatchObject({ state: 'failed', error_type: type, error_origin: origin, state_reason: expect.stringMatching(reason) });
    expect(view.state_reason).not.toContain(this.service.dataDirectory);
  }

  /** It is complete; what is reported and what lies in the bundle is what the real `go` says and does, and it builds. */
  async expectSuccess(situation: Situation, outcome: Outcome): Promise<RequestView> {
    const committed = await this.commit(situation);
    const view = await this.process(situation, committed);
    expect(view).toMatchObject({ state: 'complete', state_reason: 'Completed successfully' });
    const source = await checkout(committed.repository, committed.ref);
    const bundle = await GoBundle.unpack(this.service, view.id, this.scratch);
    try {
      await this.compare(view.id, { ...situation, ...outcome }, { source, ref: committed.ref, bundle });
    } finally {
      await Promise.all([removeTree(source), bundle.remove()]);
    }
    return view;
  }

  private async compare(
    id: number,
    { paths = ['.'], flags = [], replacements, modules, versions = {}, binary, builds = true }: Situation & Outcome,
    { source, ref, bundle }: { source: string; ref: string; bundle: GoBundle },
  ): Promise<void> {
    const cgo = flags.includes('cgo-disable') ? '0' : '1';
    const env = { GOPROXY: this.proxy.url, GONOSUMDB: '*', GOMODCACHE: join(this.scratch, 'modules'), CGO_ENABLED: cgo };
    const version = (module: string): Promise<string> => Promise.resolve(versions[module] ?? pseudoVersion(module, ref));
    const vendor = flags.some((flag) => flag.startsWith('gomod-vendor'));
    const tidy = flags.includes('force-gomod-tidy') || undefined;
    const question = { checkout: source, version, env, binary, replacements, vendor, tidy };
    const expected: ReportedPackage[] = [];
    for (const path of paths) expected.push(...(await reportOfGo({ ...question, path })));
    const report = await reportOf(this.service, id);
    for (const [path, names] of Object.entries(modules)) {
      const found = report.packages.find((each) => each.type === 'gomod' && (each.path ?? '.') === path);
      expect([path, found?.dependencies.map((each) => `${each.name} ${each.version}`).sort()]).toEqual([path, names.toSorted()]);
    }
    expectReport(report, expected);
    expect(await filesOf(join(bundle.directory, 'app'))).toEqual(await filesOf(source));
    if (!builds) return;
    // What was compiled before may be used again: it has nothing to do with where modules come from.
    const build = { binary, env: { GOCACHE: goEnvironment().GOCACHE } };
    for (const path of paths) {
      await bundle.go(['build', './...'], { ...build, path });
      await bundle.go(['vet', './...'], { ...build, path, mode: 'offline' });
    }
  }
}

/** Of a commit without tags. */
export function pseudoVersion(module: string, commit: string): string {
  const time = new Date(TIME * 1000).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  return `v${/\/v(\d+)$/.exec(module)?.[1] ?? 0}.0.0-${time}-${commit.slice(0, 12)}`;
}
