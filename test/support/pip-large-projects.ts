import type { Pin } from './pip-pins.js';
import { HASHED, HATCH_PLUGINS, hashedSource, ITSELF, type PipProject } from './pip-projects.js';

const PRE_COMMIT: PipProject = {
  name: 'pre-commit: hatch-vcs, and Cython for PyYAML',
  source: async () => {
    const runtime: Pin[] = [
      'cfgv==3.4.0',
      'distlib==0.3.8',
      'filelock==3.15.4',
      'identify==2.5.36',
      'nodeenv==1.9.1',
      'platformdirs==4.2.2',
      'pyyaml==6.0.2',
      'virtualenv==20.26.3',
    ];
    return hashedSource('pre-commit==3.7.1', runtime, [...HATCH_PLUGINS, 'cython==3.0.10']);
  },
  reported: ['. pre_commit 3.7.1'],
  installs: [{ args: HASHED }, { args: ITSELF }],
  program: 'import pre_commit.clientlib, yaml; print(yaml.safe_load("kite: [1, 2]"), pre_commit.clientlib.check_type_tag("python"))',
  prints: "{'kite': [1, 2]} None",
  env: { NO_CYTHON_COMPILE: 'true' },
};

const AIOHTTP: PipProject = {
  name: 'aiohttp: C extensions of every kind',
  source: async () => {
    const runtime: Pin[] = [
      'aiosignal==1.3.1',
      'attrs==23.2.0',
      'frozenlist==1.4.1',
      'idna==3.7',
      'multidict==6.0.5',
      'yarl==1.9.4',
    ];
    return hashedSource('aiohttp==3.9.5', runtime, [...HATCH_PLUGINS, 'cython==3.0.10', 'expandvars==0.12.0']);
  },
  reported: ['. aiohttp 3.9.5'],
  installs: [{ args: HASHED }, { args: ITSELF }],
  program: [
    'import aiohttp, aiohttp._http_parser, frozenlist._frozenlist, multidict._multidict, yarl._quoting_c',
    'print(yarl.URL("http://example.org/a b?x=é"), aiohttp.__version__)',
  ].join('\n'),
  prints: 'http://example.org/a%20b?x=%C3%A9 3.9.5',
  env: { NO_CYTHON_COMPILE: 'true' },
};

const ARGON2: PipProject = {
  name: 'argon2-cffi: a C library, whose build needs cffi',
  source: async () => {
    const runtime: Pin[] = ['argon2-cffi-bindings==21.2.0', 'cffi==1.16.0', 'pycparser==2.22'];
    const build: Pin[] = [...HATCH_PLUGINS, 'cffi==1.16.0', 'pycparser==2.22'];
    const source = await hashedSource('argon2-cffi==23.1.0', runtime, build);
    // No program is run to find the version out.
    return { ...source, files: { ...source.files, 'setup.cfg': '[metadata]\nversion = 23.1.0\n' }, tags: ['23.1.0'] };
  },
  // Its build takes the version from a tag.
  flags: ['include-git-dir'],
  reported: ['. argon2-cffi 23.1.0'],
  installs: [{ args: HASHED }, { args: ITSELF }],
  program: 'import argon2; hasher = argon2.PasswordHasher(1, 64, 1); print(hasher.verify(hasher.hash("kite"), "kite"))',
  prints: 'True',
};

/** For long runs: they compile more. */
export const LARGE_PROJECTS: readonly PipProject[] = [PRE_COMMIT, AIOHTTP, ARGON2];
