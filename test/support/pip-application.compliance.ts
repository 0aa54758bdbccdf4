import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FileServer } from './file-server.js';
import { GitServer } from './git-server.js';
import { type InstallMode, itInstalls, PipInstall } from './pip-install.js';
import { sdistDigest } from './pip-pins.js';
import { bundledPath, expectedDependencies, type PipProject, type PipServers, type PipSource } from './pip-projects.js';
import { networksOfPublicRegistries } from './public-registries.js';
import { Service } from './service.js';

const MODES: readonly [string, InstallMode][] = [
  ['pip installs it from the locked index', 'pip'],
  ['uv installs it from the locked index', 'uv'],
  ['pip installs it offline from the bundle', 'offline'],
];

/**
 * Real Python projects through the real service: what is reported are the pins, and with nothing else to reach they are
 * installed, everything from source, and run.
 */
export function pipProjectsAreServed(projects: readonly PipProject[]): void {
  let servers: PipServers;
  let service: Service;

  beforeAll(async () => {
    const [git, files] = await Promise.all([GitServer.start(), FileServer.start()]);
    servers = { git, files };
    service = await Service.start({ CACHITO_ALLOWED_PRIVATE_NETWORKS: await networksOfPublicRegistries() });
  });

  afterAll(async () => {
    await service?.close();
    await Promise.all([servers?.git.stop(), servers?.files.stop()]);
  });

  describe.each(projects)('$name', (project) => {
    let request: Promise<{ id: number; source: PipSource }> | undefined;

    /** Posted by the test that comes first. */
    const processed = (): Promise<{ id: number; source: PipSource }> => (request ??= post());

    async function post(): Promise<{ id: number; source: PipSource }> {
      const source = await project.source(servers);
      const repository = await servers.git.createRepository(`team/app-${servers.git.requests.length}.git`);
      const ref = await repository.commit({ files: source.files, tags: source.tags });
      const packages = project.packages && { pip: project.packages };
      const { id } = await service.create({ repo: repository.url, ref, pkg_managers: ['pip'], packages, flags: project.flags });
      expect(await service.finish(id)).toMatchObject({ state: 'complete', state_reason: 'Completed successfully' });
      return { id, source };
    }

    it('is reported as it is pinned', async () => {
      const { id, source } = await processed();
      const view = await service.show(id);
      expect(view.packages.map(({ path = '.', name, version }) => `${path} ${name} ${version}`).sort()).toEqual(project.reported);
      const dependencies = view.dependencies as object[];
      const expected = expectedDependencies(source).map((each): unknown => expect.objectContaining(each));
      expect(dependencies).toEqual(expect.arrayContaining(expected));
      expect(dependencies).toHaveLength(expected.length);
    });

    it('misses nothing to be built', async () => {
      const { id } = await processed();
      const response = await service.fetch(`/api/v1/requests/${id}/build-requirements`);
      const { packages } = (await response.json()) as { packages: { name: string; missing: string[] }[] };
      expect(packages.filter(({ missing }) => missing.length > 0)).toEqual([]);
    });

    for (const [name, mode] of MODES) {
      itInstalls(name, async () => {
        const { id, source } = await processed();
        const install = await PipInstall.prepare(service, id, mode);
        try {
          for (const { args, directory } of project.installs) await install.install(args, directory, project.env);
          expect((await install.python(project.program, project.installs[0]?.directory)).trim()).toBe(project.prints);
          const archived = await filesBelow(join(install.bundle, 'deps/pip'));
          expect(archived.filter((path) => path.endsWith('.whl'))).toEqual([]);
          const pins = [...source.runtime, ...source.build].map((pin) => bundledPath(pin).slice('deps/pip/'.length));
          expect(archived).toEqual(expect.arrayContaining([...new Set(pins)]));
          const links = await install.text('deps/pip/links.html');
          for (const pin of [...source.runtime, ...source.build]) expect(links).toContain(sdistDigest(pin));
        } finally {
          await install.remove();
        }
      }, 900_000);
    }
  });
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((path) => path.slice(directory.length + 1)).sort();
}
