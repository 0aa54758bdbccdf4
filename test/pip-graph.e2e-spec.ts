import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { execa } from 'execa';
import { GitServer } from './support/git-server.js';
import { clientObstacle, pythonClient } from './support/python-clients.js';
import { networksOfPublicRegistries } from './support/public-registries.js';
import { Service } from './support/service.js';
import { itUnless } from './support/tools.js';

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), 'support/pip-graph.py');

/** Applications that use extras, name each other in many ways, and were packed by all usual tools. */
const REQUIREMENTS = [
  'aiohttp==3.9.5',
  'aiosignal==1.3.1',
  'alabaster==0.7.16',
  'amqp==5.2.0',
  'asgiref==3.8.1',
  'async-timeout==4.0.3 ; python_version < "3.11"',
  'attrs==23.2.0',
  'Babel==2.15.0',
  'billiard==4.2.0',
  'blinker==1.8.2',
  'celery[redis]==5.4.0',
  'certifi==2024.7.4',
  'cffi==1.16.0',
  'charset-normalizer==3.3.2',
  'click-didyoumean==0.3.1',
  'click-plugins==1.1.1',
  'click-repl==0.3.0',
  'click==8.1.7',
  'colorama==0.4.6 ; platform_system == "Windows"',
  'croniter==2.0.5',
  'cryptography==42.0.8',
  'docutils==0.21.2',
  'flask[async]==3.0.3',
  'frozenlist==1.4.1',
  'idna==3.7',
  'imagesize==1.4.1',
  'importlib-metadata==8.0.0 ; python_version < "3.10"',
  'itsdangerous==2.2.0',
  'jinja2==3.1.4',
  'kombu==5.3.7',
  'markupsafe==2.1.5',
  'multidict==6.0.5',
  'packaging==24.1',
  'prompt_toolkit==3.0.47',
  'pycparser==2.22',
  'pygments==2.18.0',
  'pyopenssl==24.1.0',
  'pysocks==1.7.1',
  'python-dateutil==2.9.0.post0',
  'pytz==2024.1',
  'redis==5.0.7',
  'requests[socks]==2.32.3',
  'setuptools==70.3.0',
  'six==1.16.0',
  'snowballstemmer==2.2.0',
  'sphinx==7.3.7',
  'sphinxcontrib-applehelp==1.0.8',
  'sphinxcontrib-devhelp==1.0.6',
  'sphinxcontrib-htmlhelp==2.0.5',
  'sphinxcontrib-jsmath==1.0.1',
  'sphinxcontrib-qthelp==1.0.7',
  'sphinxcontrib-serializinghtml==1.1.10',
  'typing-extensions==4.12.2',
  'tzdata==2024.1',
  'urllib3==2.2.2',
  'vine==5.1.0',
  'wcwidth==0.2.13',
  'werkzeug==3.0.3',
  'yarl==1.9.4',
  'zipp==3.19.2',
  'zope.interface==6.3',
];

type Graph = Record<string, string[]>;

/** What real projects require of each other, in comparison with what pip installs. */
describe('the graph of Python dependencies', () => {
  const text = `${REQUIREMENTS.join('\n')}\n`;
  let git: GitServer;
  let service: Service;
  let scratch: string;
  let installed: Promise<Graph> | undefined;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'pip-graph-'));
    git = await GitServer.start();
    service = await Service.start({ CACHITO_ALLOWED_PRIVATE_NETWORKS: await networksOfPublicRegistries() });
  });

  afterAll(async () => {
    await service?.close();
    await git?.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  async function post(configuration: object): Promise<number> {
    const repository = await git.createRepository(`team/app-${git.requests.length}.git`);
    const files = { 'setup.cfg': '[metadata]\nname = app\nversion = 1.0\n', 'requirements.txt': text };
    const packages = { pip: [{ path: '.', ...configuration }] };
    return (await service.complete({ repo: repository.url, ref: await repository.commit({ files }), pkg_managers: ['pip'], packages })).id;
  }

  /** By names as indexes know them; `app` is the package itself. Absent where nothing is known. */
  async function reported(id: number): Promise<Graph> {
    const response = await service.fetch(`/api/v1/requests/${id}/sbom?format=cyclonedx-1.6`);
    const { components, dependencies } = (await response.json()) as {
      components: { 'bom-ref': string; name: string }[];
      dependencies: { ref: string; dependsOn?: string[] }[];
    };
    const names = new Map(components.map((each) => [each['bom-ref'], canonical(each.name)]));
    const known = dependencies.filter(({ ref }) => names.has(ref));
    return Object.fromEntries(
      known.map(({ ref, dependsOn = [] }) => [names.get(ref), dependsOn.map((to) => names.get(to) ?? to).sort()]),
    );
  }

  /** Of the distributions that the real pip installs, for one Python and platform, so that it is the same everywhere. */
  async function install(): Promise<Graph> {
    const { python, command } = await pythonClient('pip');
    const [first, ...pip] = command;
    const requirements = join(scratch, 'requirements.txt');
    // pip leaves out what has a marker that does not hold.
    await writeFile(requirements, text.replace(/ ;.*/g, ''));
    const target = join(scratch, 'installed');
    const platform = ['--python-version', '3.12', '--implementation', 'cp', '--platform', 'manylinux2014_x86_64'];
    const options = ['--quiet', '--no-deps', '--only-binary', ':all:', ...platform, '--target', target];
    await execa(first, [...pip, 'install', ...options, '--requirement', requirements]);
    return JSON.parse((await execa(python, [PROGRAM, target, requirements])).stdout) as Graph;
  }

  /** With the package itself, which requires what nobody else does. */
  async function expected(): Promise<Graph> {
    const graph = await (installed ??= install());
    const required = new Set(Object.values(graph).flat());
    return { ...graph, app: Object.keys(graph).filter((name) => !required.has(name)).sort() };
  }

  const cases: [string, object][] = [
    ['source distributions', {}],
    ['wheels and source distributions', { binary: { py_version: 312 } }],
    ['wheels only', { binary: { py_version: 312, packages: REQUIREMENTS.map((line) => /^[^=[]+/.exec(line)?.[0]).join() } }],
  ];
  for (const [name, configuration] of cases) {
    itUnless(clientObstacle('pip'), `of ${name} is that of what pip installs`, async () => {
      expect(await reported(await post(configuration))).toEqual(await expected());
    }, 600_000);
  }

  itUnless(clientObstacle('pip'), 'tells why something is there', async () => {
    const response = await service.fetch('/api/v1/dependencies?type=pip&name=MarkupSafe&per_page=1');
    const { items } = (await response.json()) as { items: { path: string[] }[] };
    expect(items[0].path.map((each) => each.split('@')[0].toLowerCase())).toEqual(['app', 'flask', 'jinja2', 'markupsafe']);
  });
});

/** PEP 503 */
function canonical(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
