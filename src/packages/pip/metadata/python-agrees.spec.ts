import { describe, expect } from '@jest/globals';
import { itWithTool } from '../../../../test/support/tools.js';
import { InvalidFileFormat } from '../../../errors/index.js';
import { generatedSetupPys } from './__fixtures__/generated-setup-py.js';
import { LITERALS } from './__fixtures__/literals.js';
import { askPython, type PythonAnswers } from './__fixtures__/oracle.js';
import { CONFIGS, PYPROJECTS, SETUP_PYS } from './__fixtures__/texts.js';
import { readPyproject } from './pyproject.js';
import { pythonText } from './python/source-text.js';
import { readSetupCfg } from './setup-cfg.js';
import { readSetupPy } from './setup-py.js';

/** Null for a file that says nothing, as it is not well formed. */
function orNull<Content>(read: () => Content): Content | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidFileFormat) return null;
    throw error;
  }
}

function ownSetupPy(text: string): PythonAnswers['setup_py'][number] {
  const call = orNull(() => readSetupPy({ file: 'setup.py', text: pythonText(Buffer.from(text), 'setup.py') }));
  if (call === null) return null;
  const { setupRequires, ...rest } = call;
  return { ...rest, setup_requires: setupRequires };
}

function ownConfig(text: string): PythonAnswers['setup_cfg'][number] {
  const config = orNull(() => readSetupCfg({ file: 'setup.cfg', text }));
  if (config === null) return null;
  const { name = null, version = null, packageDir = null, setupRequires = null } = config;
  return { name, version, package_dir: packageDir, setup_requires: setupRequires };
}

function ownPyproject(text: string): PythonAnswers['pyproject'][number] {
  const project = orNull(() => readPyproject({ file: 'pyproject.toml', text }));
  if (project === null) return null;
  const { name = null, version = null, buildSystem } = project;
  const { requires = null, backend = null } = buildSystem ?? {};
  return { name, version, requires, backend };
}

function expectSame<Answer>(texts: readonly string[], own: (text: string) => Answer, answers: readonly Answer[]): void {
  expect(answers).toHaveLength(texts.length);
  const both = texts.map((text, at) => ({ text, own: own(text), python: answers[at] }));
  expect(both.map(({ text, own: answer }) => ({ text, answer }))).toEqual(
    both.map(({ text, python: answer }) => ({ text, answer })),
  );
}

/** Rules of ours, and of the grammar that is used, that Python does not share: the text, our answer, and Python's. */
const DIFFERENCES: [why: string, text: string, own: object | null, python: object | null][] = [
  ['Python 2', "print 'x'\nsetup(name='a')", { name: 'a' }, null],
  ['Python 2: exceptions', "try:\n  pass\nexcept A, e:\n  pass\nsetup(name='a')", { name: 'a' }, null],
  ['stray indents', "x = 1\n  y = 1\nsetup(name='a')", { name: 'a' }, null],
  ['a string that does not end, elsewhere', "x = 'a\nsetup(name='a')", { name: 'a' }, null],
  ['assignments to what is no target', "f() = 1\nsetup(name='a')", { name: 'a' }, null],
  ['numbers that are none, elsewhere', "x = 0777\nsetup(name='a')", { name: 'a' }, null],
  ['attributes of numbers', "setup(name='a', version=1._0)", { name: 'a' }, null],
  ['names of characters', "setup(name='a', version='\\N{DIGIT ONE}')", { name: 'a' }, { name: 'a', version: '1' }],
  ['the order of a set', "setup(version={'b'})", { version: "{'b'}" }, { version: "{'b'}" }],
  ['equal members of a set', 'setup(version={1, True})', { version: '{1, True}' }, { version: '{1}' }],
  ['decorators', "@setup(name='a')\ndef f(): pass", {}, { name: 'a' }],
  ['keys of dicts come with their values', "{1: setup(name='a'), setup(name='b'): 2}", { name: 'a' }, { name: 'b' }],
  ['conditions come second', "setup(name='a') if setup(name='b') else 0", { name: 'a' }, { name: 'b' }],
  ['many brackets', `setup(name='a', x=${'('.repeat(300)}${')'.repeat(300)})`, { name: 'a' }, null],
  ['long chains', `setup(name='a', x=${'1+'.repeat(1500)}1)`, null, { name: 'a' }],
  ['brackets around what `with` opens', "with (a as b, c as d): pass\nsetup(name='a')", null, { name: 'a' }],
  ['targets of `with` that are no names', "with a as b.c: pass\nsetup(name='a')", null, { name: 'a' }],
  ['functions in patterns', "match a:\n  case int():\n    pass\nsetup(name='a')", null, { name: 'a' }],
  ['decorators that are any expression', "@a[0]\ndef f(): pass\nsetup(name='a')", null, { name: 'a' }],
];

describe('Python and the own readers agree', () => {
  itWithTool('python3', 'about literals', async () => {
    const texts = LITERALS.flatMap((literal) => [
      `setup(version=${literal}, setup_requires=${literal})`,
      `v = ${literal}\nsetup(\n  version=v, name=v)\n`,
    ]);
    // An unclosed string, which ends at its line here, is noticed only when it is the value asked for.
    expectSame(texts, ownSetupPy, askPython('setup_py', texts));
  });

  itWithTool('python3', 'about calls and variables', async () => {
    const texts = [...SETUP_PYS, ...generatedSetupPys(600)];
    const answers = askPython('setup_py', texts);
    expect(answers.filter((answer) => answer?.version !== undefined).length).toBeGreaterThan(100);
    expectSame(texts, ownSetupPy, answers);
  });

  itWithTool('python3', 'but for these', async () => {
    const answers = askPython('setup_py', DIFFERENCES.map(([, text]) => text));
    const whole = (answer: object | null): object | null => answer && { setup_requires: [], ...answer };
    expect(DIFFERENCES.map(([why, text], at) => [why, ownSetupPy(text), answers[at]])).toEqual(
      DIFFERENCES.map(([why, , own, python]) => [why, whole(own), whole(python)]),
    );
  });

  itWithTool('python3', 'about setup.cfg', async () => {
    expectSame(CONFIGS, ownConfig, askPython('setup_cfg', CONFIGS));
  });

  itWithTool('python3', 'about pyproject.toml', async () => {
    expectSame(PYPROJECTS, ownPyproject, askPython('pyproject', PYPROJECTS));
  });
});
