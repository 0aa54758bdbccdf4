import type { FileServer } from './file-server.js';
import type { FileSpec, GitServer } from './git-server.js';
import { hashed, type Pin, pinned, reportedPin, sdistDigest, sdistFile } from './pip-pins.js';
import { sdist, sourceOf } from './pip-sdists.js';

/** Servers on loopback that a source may name. */
export interface PipServers {
  git: GitServer;
  files: FileServer;
}

interface Reported {
  name: string;
  version: string;
  dev: boolean;
}

/** A Python project of real source distributions, with requirements files as its authors might have pinned them. */
export interface PipProject {
  name: string;
  source: (servers: PipServers) => Promise<PipSource>;
  /** `packages.pip` of the request. */
  packages?: { path?: string; requirements_files?: string[]; requirements_build_files?: string[] }[];
  /** What is to be reported as packages: `path name version`. */
  reported: string[];
  /** Of the request. */
  flags?: string[];
  /** Commands behind `pip install`, in directories of the source. */
  installs: { args: string[]; directory?: string }[];
  /** Run with what was installed, in the directory of the first command. */
  program: string;
  prints: string;
  /** Variables that keep the compilation short. */
  env?: Record<string, string>;
}

/** What is committed, and the dependencies that are to be reported. */
export interface PipSource {
  files: Record<string, FileSpec>;
  tags?: string[];
  /** From the index, at run time and for building. */
  runtime: Pin[];
  build: Pin[];
  /** From elsewhere. */
  others?: Reported[];
}

/** Everything that is to be reported as dependency. */
export function expectedDependencies({ runtime, build, others = [] }: PipSource): object[] {
  return [
    ...runtime.map((pin) => ({ ...reportedPin(pin), dev: false })),
    ...build.map((pin) => ({ ...reportedPin(pin), dev: true })),
    ...others.map((each) => ({ ...each, type: 'pip' })),
  ];
}

const FLIT: Pin[] = ['flit-core==3.9.0'];
const SETUPTOOLS: Pin[] = ['setuptools==70.3.0', 'wheel==0.43.0'];
const SETUPTOOLS_SCM: Pin[] = [...SETUPTOOLS, ...FLIT, 'packaging==24.1', 'tomli==2.0.1', 'typing-extensions==4.12.2'];
const HATCHLING: Pin[] = [
  ...SETUPTOOLS_SCM,
  'calver==2022.6.26',
  'hatchling==1.25.0',
  'pathspec==0.12.1',
  'pluggy==1.5.0',
  'setuptools-scm==8.1.0',
  'trove-classifiers==2024.7.2',
];
/** Back ends of projects that are built by hatchling with its usual plugins, and what these need. */
export const HATCH_PLUGINS: Pin[] = [...HATCHLING, 'hatch-fancy-pypi-readme==24.1.0', 'hatch-vcs==0.4.0'];

/** Behind `pip install`. */
export const HASHED = ['--require-hashes', '-r', 'requirements.txt'];
export const ITSELF = ['--no-deps', '.'];

const FLASK: PipProject = {
  name: 'Flask: flit, and a C extension',
  source: async () => {
    const runtime: Pin[] = [
      'blinker==1.8.2',
      'click==8.1.7',
      'itsdangerous==2.2.0',
      'jinja2==3.1.4',
      'markupsafe==2.1.5',
      'werkzeug==3.0.3',
    ];
    return hashedSource('flask==3.0.3', runtime, [...FLIT, ...SETUPTOOLS], ['colorama==0.4.6 ; platform_system == "Windows"']);
  },
  reported: ['. Flask 3.0.3'],
  installs: [{ args: HASHED }, { args: ITSELF }],
  program: [
    'import flask, markupsafe._speedups',
    'app = flask.Flask("shop")',
    'app.add_url_rule("/<name>", view_func=lambda name: flask.render_template_string("<b>{{ x }}</b>", x=name), endpoint="x")',
    'print(app.test_client().get("/a%26b").text)',
  ].join('\n'),
  prints: '<b>a&amp;b</b>',
};

const RICH: PipProject = {
  name: 'rich: poetry, hatchling and setuptools_scm',
  source: () =>
    hashedSource('rich==13.7.1', ['markdown-it-py==3.0.0', 'mdurl==0.1.2', 'pygments==2.18.0'], [...HATCHLING, 'poetry-core==1.9.0']),
  reported: ['. rich 13.7.1'],
  installs: [{ args: HASHED }, { args: ITSELF }],
  program: [
    'from rich.console import Console',
    'from rich.markdown import Markdown',
    'console = Console(width=30, color_system=None)',
    'with console.capture() as capture: console.print(Markdown("# Kite\\n* one"))',
    'print(*capture.get().split())',
  ].join('\n'),
  prints: '┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓ ┃ Kite ┃ ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛ • one',
};

const PYRAMID_WEB: Pin[] = ['translationstring==1.4', 'venusian==3.1.0', 'webob==1.8.7', 'zope-deprecation==5.0', 'zope-interface==6.3'];
const PYRAMID_PASTE: Pin[] = ['hupper==1.12.1', 'pastedeploy==3.1.0', 'plaster==1.1.2', 'plaster-pastedeploy==1.0.1'];

const PYRAMID: PipProject = {
  name: 'Pyramid and Waitress in one repository: requirements files that include others',
  source: async () => ({
    files: {
      ...(await sourceOf('pyramid==2.0.2', 'web')),
      ...(await sourceOf('waitress==3.0.0', 'servers/waitress')),
      'web/requirements/all.txt': '-r web.txt\n--requirement=parts/paste.txt\n-c ../../constraints.txt\n',
      'web/requirements/web.txt': hashed(...PYRAMID_WEB),
      'web/requirements/parts/paste.txt': `-r ../web.txt\n${hashed(...PYRAMID_PASTE, 'setuptools==70.3.0')}`,
      'constraints.txt': hashed('setuptools==70.3.0'),
      'web/requirements-build.txt': hashed(...FLIT, ...SETUPTOOLS),
      'servers/waitress/requirements-build.txt': pinned(...SETUPTOOLS),
    },
    runtime: [...PYRAMID_WEB, ...PYRAMID_PASTE, 'setuptools==70.3.0'],
    build: [...FLIT, ...SETUPTOOLS],
  }),
  packages: [{ path: 'web', requirements_files: ['requirements/all.txt'] }, { path: 'servers/waitress' }],
  reported: ['servers/waitress waitress 3.0.0', 'web pyramid 2.0.2'],
  installs: [
    { args: ['--require-hashes', '-r', 'requirements/all.txt'], directory: 'web' },
    { args: ITSELF, directory: 'web' },
    { args: ITSELF, directory: 'servers/waitress' },
  ],
  program: [
    'import zope.interface._zope_interface_coptimizations, waitress',
    'from pyramid.config import Configurator',
    'from webob import Request, Response',
    'config = Configurator()',
    'config.add_route("home", "/")',
    'config.add_view(lambda request: Response("hello " + waitress.__name__), route_name="home")',
    'print(Request.blank("/").get_response(config.make_wsgi_app()).text)',
  ].join('\n'),
  prints: 'hello waitress',
};

const CRONITER: PipProject = {
  name: 'croniter: requirements from git, by address and in the repository itself',
  source: cronSource,
  packages: [{ requirements_files: ['requirements.txt', 'requirements-more.txt'] }],
  reported: ['. croniter 2.0.5'],
  installs: [{ args: HASHED }, { args: ['-r', 'requirements-more.txt'] }, { args: ['--no-build-isolation', '--no-deps', '.'] }],
  program: [
    'import importlib.metadata, datetime, croniter, six, pytz, mdurl, dateutil',
    'print(croniter.croniter("0 3 * * *", datetime.datetime(2024, 2, 28, 4)).get_next(datetime.datetime),',
    '  importlib.metadata.version("python-dateutil"), dateutil.__version__, six.__version__, mdurl.__file__.split("/app/")[1])',
  ].join('\n'),
  prints: '2024-02-29 03:00:00 2.9.0.post0 2.9.0.post0 1.16.0 vendor/mdurl/src/mdurl/__init__.py',
};

/** dateutil takes its version from a tag of its repository; six lies at an address; mdurl in a directory. */
async function cronSource({ git, files }: PipServers): Promise<PipSource> {
  const repository = await git.createRepository(`dateutil/dateutil-${git.requests.length}.git`);
  const tree = await sourceOf('python-dateutil==2.9.0.post0');
  // It would have git take files for changed that stand in the sdist, and so in the commit, with CRLF.
  delete tree['.gitattributes'];
  await repository.commit({ files: { 'README.rst': 'older' }, tags: ['2.8.2'] });
  const commit = await repository.commit({ files: tree, tags: ['2.9.0.post0'] });
  files.files.set('/pool/six-1.16.0.tar.gz', await sdist('six==1.16.0'));
  const six = `${files.url}/pool/six-1.16.0.tar.gz`;
  const sixDigest = sdistDigest('six==1.16.0');
  return {
    files: {
      ...(await sourceOf('croniter==2.0.5')),
      ...(await sourceOf('mdurl==0.1.2', 'vendor/mdurl')),
      'requirements.txt': hashed('pytz==2024.1', 'setuptools==70.3.0'),
      'requirements-more.txt': [
        '# dateutil has fixes that are not released',
        `-e git+${repository.url}@${commit.toUpperCase()}#egg=python-dateutil`,
        `six @ ${six}#cachito_hash=sha256:${sixDigest} ; python_version >= "2.7"`,
        '-e ./vendor/mdurl',
      ].join('\n'),
      'requirements-build.txt': pinned(...SETUPTOOLS_SCM, 'setuptools-scm==7.1.0'),
    },
    runtime: ['pytz==2024.1', 'setuptools==70.3.0'],
    build: [...SETUPTOOLS_SCM, 'setuptools-scm==7.1.0'],
    others: [
      { name: 'python-dateutil', version: `git+${repository.url}@${commit}`, dev: false },
      { name: 'six', version: `${six}#cachito_hash=sha256:${sixDigest}`, dev: false },
      { name: 'mdurl', version: './vendor/mdurl', dev: false },
    ],
  };
}

/** For every test run. */
export const SMALL_PROJECTS: readonly PipProject[] = [FLASK, CRONITER];
/** Their builds take some minutes. */
export const SLOW_PROJECTS: readonly PipProject[] = [RICH, PYRAMID];

/** A source distribution with hashed requirements files; what is in `elsewhere` is for other platforms. */
export async function hashedSource(
  pin: Pin,
  runtime: Pin[],
  build: Pin[],
  elsewhere: `${Pin} ; ${string}`[] = [],
): Promise<PipSource> {
  const files = {
    ...(await sourceOf(pin)),
    'requirements.txt': hashed(...runtime, ...elsewhere),
    'requirements-build.txt': hashed(...build),
  };
  return { files, runtime: [...runtime, ...elsewhere.map((line) => line.split(' ; ')[0] as Pin)], build };
}

/** Where an index requirement lies in the bundle. */
export function bundledPath(pin: Pin): string {
  return `deps/pip/${reportedPin(pin).name}/${sdistFile(pin)}`;
}
