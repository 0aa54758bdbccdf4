import type { FileServer } from './file-server.js';
import type { GitServer } from './git-server.js';
import { below, realModule } from './go-module-files.js';
import { type Application, npmApplication } from './npm-application.js';
import { hashed } from './pip-pins.js';

/** A commit with packages of every package manager, and what to ask for. */
export interface SbomApplication {
  repo: string;
  ref: string;
  /** What lies in `web`. */
  npm: Application;
  /** Adds a commit with the same packages; returns its id. */
  nextCommit(): Promise<string>;
}

/** Package managers of a request, and where their packages lie in the repository. */
export const REQUESTED = {
  npm: { pkg_managers: ['npm'], packages: { npm: [{ path: 'web' }] } },
  gomod: { pkg_managers: ['gomod'], packages: { gomod: [{ path: 'go' }] } },
  pip: { pkg_managers: ['pip'], packages: { pip: [{ path: 'py' }] } },
  'git-submodule': { pkg_managers: ['git-submodule'] },
  nothing: { pkg_managers: [] },
  everything: {
    pkg_managers: ['gomod', 'npm', 'pip', 'git-submodule'],
    packages: { gomod: [{ path: 'go' }], npm: [{ path: 'web' }], pip: [{ path: 'py' }] },
  },
} as const satisfies Record<string, object>;

export type Requested = keyof typeof REQUESTED;

/**
 * A repository with real packages of every package manager: npm with every class of dependency, a Go module with
 * packages, Python requirements with their digests, a submodule.
 */
export async function sbomApplication(servers: { git: GitServer; files: FileServer }): Promise<SbomApplication> {
  const { git } = servers;
  const tiles = await git.createRepository('acme/tiles.git');
  const tilesCommit = await tiles.commit({ files: { 'a.txt': 'a' } });
  const npm = await npmApplication(servers, 3);
  const repository = await git.createRepository('acme/hub.git');
  const packages = {
    ...below('web', npm),
    ...below('go', await realModule('github.com/sirupsen/logrus', 'v1.9.3')),
    'py/setup.cfg': '[metadata]\nname = hub-service\nversion = 1.0\n',
    'py/requirements.txt': hashed(
      'flask==3.0.3',
      'blinker==1.8.2',
      'click==8.1.7',
      'itsdangerous==2.2.0',
      'jinja2==3.1.4',
      'markupsafe==2.1.5',
      'werkzeug==3.0.3',
    ),
    '.gitmodules': `[submodule "tiles"]\n\tpath = tiles\n\turl = ${tiles.url}\n`,
    tiles: { gitlink: tilesCommit },
  };
  let commits = 0;
  const nextCommit = (): Promise<string> => repository.commit({ files: { ...packages, NEWS: `Commit ${(commits += 1)}\n` } });
  return { repo: repository.url, ref: await nextCommit(), npm, nextCommit };
}
