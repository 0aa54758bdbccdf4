import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { type BuildOptions, GoBundle, itBuildsOffline, removeTree } from './go-bundle.js';
import { goEnvironment, goToolchain } from './go-command.js';
import type { GoProject } from './go-modules.js';
import { type ReportedPackage, reportOfGo } from './go-oracle.js';
import { expectReport, reportOf } from './go-report.js';
import { checkout, goOf, goRepository } from './go-repository.js';
import { GoVersions } from './go-versions.js';
import { GitServer } from './git-server.js';
import { networksOfPublicRegistries } from './public-registries.js';
import { Service } from './service.js';
import { itWithTool } from './tools.js';

/**
 * Real Go projects through the real service: what is reported is what `go` says, and the bundle alone builds. With
 * `warm` only the first is built with nothing but what the request hands out; the others may use what was compiled for
 * other tests (which has nothing to do with where modules come from), since most of the time goes into compiling the
 * standard library.
 */
export function goProjectsAreServed(projects: readonly GoProject[], { warm = false } = {}): void {
  let git: GitServer;
  let versions: GoVersions;
  let service: Service;

  beforeAll(async () => {
    [git, versions] = await Promise.all([GitServer.start(), GoVersions.start()]);
    service = await Service.start({ CACHITO_ALLOWED_PRIVATE_NETWORKS: await networksOfPublicRegistries() });
  });

  afterAll(async () => {
    await service?.close();
    await Promise.all([git?.stop(), versions?.stop()]);
  });

  describe.each(projects)('$name', (project) => {
    const { root, paths = ['.'], flags = [], builds = [] } = project;
    let request: Promise<{ id: number; source: string; ref: string }> | undefined;
    let bundle: GoBundle | undefined;
    const env: Record<string, string> = warm && project !== projects[0] ? { GOCACHE: goEnvironment().GOCACHE } : {};

    /** Posted by the test that comes first. */
    const processed = (): Promise<{ id: number; source: string; ref: string }> => (request ??= process());
    const unpacked = async (): Promise<GoBundle> => (bundle ??= await GoBundle.unpack(service, (await processed()).id));

    async function process(): Promise<{ id: number; source: string; ref: string }> {
      const { repository, ref } = await goRepository(git, project);
      versions.serve(root, repository.url);
      const packages = { gomod: paths.map((path) => ({ path })) };
      const { id } = await service.create({ repo: repository.url, ref, pkg_managers: ['gomod'], packages, flags });
      // Hundreds of modules on a busy machine take longer than one wait.
      const view = await service.finish(id).catch(() => service.finish(id));
      expect(view).toMatchObject({ state: 'complete', state_reason: 'Completed successfully' });
      return { id, ref, source: await checkout(repository, ref) };
    }

    afterAll(async () => {
      await bundle?.remove();
      const source = (await request?.catch(() => undefined))?.source;
      if (source !== undefined) await removeTree(source);
    });

    itWithTool('go', 'reports what go says', async () => {
      const { id, source, ref } = await processed();
      const version = (module: string): Promise<string> => versions.version(module, ref);
      const binary = await goOf(project, source);
      const expected: ReportedPackage[] = [];
      for (const path of paths) {
        const vendor = flags.length > 0;
        expected.push(...(await reportOfGo({ checkout: source, path, version, binary, vendor })));
      }
      expectReport(await reportOf(service, id), expected);
    }, 600_000);

    itBuildsOffline('builds from the bundle alone', async () => {
      const binary = await goOf(project, (await processed()).source);
      for (const path of paths) {
        for (const command of ['build', 'vet']) await (await unpacked()).go([command, './...'], { path, binary, env });
      }
    }, 1_800_000);

    itBuildsOffline('builds with the variables for offline use', async () => {
      const binary = await goOf(project, (await processed()).source);
      await (await unpacked()).forgetModules();
      for (const path of paths) {
        const options: BuildOptions = { path, binary, env, mode: 'offline' };
        for (const command of ['build', 'vet']) await (await unpacked()).go([command, './...'], options);
      }
    }, 1_800_000);

    for (const version of builds) {
      itBuildsOffline(`builds with Go ${version}`, async () => {
        const binary = await goToolchain(version);
        for (const path of paths) await (await unpacked()).go(['build', './...'], { path, binary, env });
      }, 1_800_000);
    }
  });
}
