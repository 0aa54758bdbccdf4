import { describe, expect, it } from '@jest/globals';
import type { EggInfo } from '../distributions/egg-infos.js';
import { metadataRequirements } from './metadata-requirements.js';
import { requiresTxtRequirements } from './requires-txt.js';
import { sdistRequirements } from './sdist-requirements.js';
import type { StatedRequirement } from './stated-requirement.js';

const signal = new AbortController().signal;

/** `name specifier {extras that it is for}` */
function shown(stated: StatedRequirement[] | undefined): string[] | undefined {
  return stated?.map(({ name, specifier, onlyFor }) => [name, specifier, onlyFor && `{${onlyFor}}`].filter(Boolean).join(' '));
}

const fields = (version: string, ...more: string[]): string =>
  [`Metadata-Version: ${version}`, 'Name: Storm_Kit', 'Version: 1.0', ...more, '', 'Requires-Dist: described'].join('\n');

describe('metadata', () => {
  it.each<[string, 'wheel' | 'sdist', string, string[] | undefined]>([
    ['with requirements', 'sdist', fields('2.1', 'Requires-Dist: kite>=1', "Requires-Dist: gull; extra == 'x'"), ['kite >=1', 'gull {x}']],
    ['with requirements, of long ago', 'sdist', fields('1.2', 'Requires-Dist: kite (>=1)'), ['kite >=1']],
    ['with requirements that another build may change', 'sdist', fields('2.2', 'Dynamic: Requires-Dist', 'Requires-Dist: kite'), ['kite']],
    ['without requirements', 'sdist', fields('2.2'), []],
    ['without requirements, later', 'sdist', fields('2.4', 'Dynamic: License'), []],
    ['of a future version', 'sdist', fields('3.0'), []],
    ['without requirements, before it had to say so', 'sdist', fields('2.1'), undefined],
    ['of long ago', 'sdist', fields('1.0', 'Requires: kite'), undefined],
    ['that leaves requirements to the build', 'sdist', fields('2.2', 'Dynamic: version', 'Dynamic: requires-dist'), undefined],
    ['with a requirement on two lines', 'sdist', fields('2.1', 'Requires-Dist: kite', '  (>=1)'), ['kite >=1']],
    ['with a malformed requirement', 'sdist', fields('2.2', 'Requires-Dist: kite', 'Requires-Dist: ?'), undefined],
    ['without version', 'sdist', 'Name: x\nRequires-Dist: kite', undefined],
    ['with no version', 'sdist', fields('2', 'Dynamic: x'), undefined],
    ['of a wheel, without requirements', 'wheel', fields('2.1'), []],
    ['of a wheel', 'wheel', fields('2.0', 'Requires-Dist: kite'), ['kite']],
    ['of a wheel, which is none', 'wheel', '<html>', undefined],
    ['of a wheel, with a malformed requirement', 'wheel', fields('2.1', 'Requires-Dist: ?'), undefined],
  ])('%s', async (_, kind, text, expected) => {
    expect(shown(await metadataRequirements(Buffer.from(text), kind))).toEqual(expected);
  });
});

describe('requires.txt', () => {
  it.each<[string, string, string[] | undefined]>([
    ['nothing', '', []],
    ['requirements', 'kite>=1\n\n# nothing\r\n  Storm_Kit[x] ', ['kite >=1', 'storm-kit']],
    ['extras', 'kite\n\n[X_y]\ngull\neel>1\n[z]\ncrab', ['kite', 'gull {x-y}', 'eel >1 {x-y}', 'crab {z}']],
    ['markers', '[:python_version < "3"]\nkite\n[x:os_name == "nt"]\ngull', ['kite', 'gull {x}']],
    ['an extra that is empty', '[x]\n[y]\ngull', ['gull {y}']],
    ['a section without name', '[]\nkite', ['kite']],
    ['an address', '[x]\nkite@ https://h.dev/[k].zip', ['kite {x}']],
    ['a section that does not end', '[x\nkite', undefined],
    ['a marker that is none', '[x:nonsense]\nkite', undefined],
    ['a section of a marker that is none, and holds nothing', 'kite\n[x:nonsense]\n', ['kite']],
    ['something else', '{"kite": 1}', undefined],
    ['sections without end', '[x]\n'.repeat(30_000), undefined],
  ])('with %s', async (_, text, expected) => {
    expect(shown(await requiresTxtRequirements(Buffer.from(text)))).toEqual(expected);
  });
});

interface Sdist {
  pkgInfo?: string;
  /** Folder → `requires.txt`; null = none. */
  eggInfos?: Record<string, string | null | 'unreadable'>;
  files?: Record<string, string>;
}

const EGG = { Storm_Kit: 'egg' };
const PYPROJECT = { 'pyproject.toml': '[project]\nname = "x"\ndependencies = ["project"]' };
const CFG = { 'setup.cfg': '[options]\ninstall_requires = cfg' };

describe('a source distribution', () => {
  it.each<[string, Sdist, string[] | undefined]>([
    ['that says nothing', {}, undefined],
    ['with all, that says it first in PKG-INFO', { pkgInfo: fields('2.1', 'Requires-Dist: info'), eggInfos: EGG, files: { ...PYPROJECT, ...CFG } }, ['info']],
    ['that requires nothing by its PKG-INFO', { pkgInfo: fields('2.2'), eggInfos: EGG }, []],
    ['of setuptools', { pkgInfo: fields('1.2'), eggInfos: EGG, files: { ...PYPROJECT, ...CFG } }, ['egg']],
    ['of setuptools, in another spelling', { pkgInfo: fields('1.2'), eggInfos: { 'storm.kit': 'egg', other: 'x' } }, ['egg']],
    ['of setuptools, that requires nothing', { pkgInfo: fields('2.1'), eggInfos: { Storm_Kit: null }, files: CFG }, []],
    ['whose requires.txt cannot be read', { pkgInfo: fields('2.1'), eggInfos: { Storm_Kit: 'unreadable' } }, undefined],
    ['whose requires.txt is none', { pkgInfo: fields('2.1'), eggInfos: { Storm_Kit: '?' }, files: CFG }, ['cfg']],
    ['with the folder of another project', { pkgInfo: fields('2.1'), eggInfos: { other: 'x' } }, undefined],
    ['without PKG-INFO', { eggInfos: EGG, files: PYPROJECT }, ['project']],
    ['with [project]', { pkgInfo: fields('2.1'), files: { ...PYPROJECT, ...CFG } }, ['project']],
    ['with extras in [project]', { files: { 'pyproject.toml': '[project]\nname="x"\n[project.optional-dependencies]\nX_y = ["kite"]' } }, ['kite {x-y}']],
    ['with [project] that requires nothing', { files: { 'pyproject.toml': '[project]\nname = "x"', ...CFG } }, []],
    ['with dynamic requirements', { files: { 'pyproject.toml': '[project]\nname = "x"\ndynamic = ["dependencies"]' } }, undefined],
    ['with dynamic extras', { files: { 'pyproject.toml': '[project]\nname = "x"\ndynamic = ["optional-dependencies"]', ...CFG } }, ['cfg']],
    ['with requirements of another type', { files: { 'pyproject.toml': '[project]\nname = "x"\ndependencies = {a = 1}' } }, undefined],
    ['with extras of another type', { files: { 'pyproject.toml': '[project]\nname = "x"\noptional-dependencies = {a = 1}' } }, undefined],
    ['with a pyproject.toml of tools only', { files: { 'pyproject.toml': '[tool.x]\n' } }, undefined],
    ['with a pyproject.toml that is none', { files: { 'pyproject.toml': '[', ...CFG } }, ['cfg']],
    ['with setup.cfg', { files: { 'setup.cfg': '[options]\ninstall_requires =\n  kite>1\n  # old\n  gull; os_name == "nt"\n[options.extras_require]\nx = eel; crab' } }, ['kite >1', 'gull', 'eel {x}', 'crab {x}']],
    ['with a setup.cfg that names a file', { files: { 'setup.cfg': '[options]\ninstall_requires = file: r.txt' } }, undefined],
    ['with a setup.cfg of extras that names a file', { files: { 'setup.cfg': '[options]\ninstall_requires=x\n[options.extras_require]\nx = file: r.txt' } }, undefined],
    ['with a setup.cfg without requirements', { files: { 'setup.cfg': '[options]\nzip_safe = x' } }, undefined],
    ['with a setup.cfg that is none', { files: { 'setup.cfg': 'x' } }, undefined],
  ])('%s', async (_, { pkgInfo, eggInfos = {}, files = {} }, expected) => {
    const contents = {
      files: new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])),
      pkgInfo: pkgInfo === undefined ? undefined : Buffer.from(pkgInfo),
      eggInfos: new Map(
        Object.entries(eggInfos).map(([name, text]): [string, EggInfo] => [
          name,
          { requires: text === null ? undefined : text === 'unreadable' ? text : Buffer.from(text) },
        ]),
      ),
    };
    expect(shown(await sdistRequirements(contents, signal))).toEqual(expected);
  });
});
