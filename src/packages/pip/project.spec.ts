import { describe, expect, it } from '@jest/globals';
import { FileAccessError, InvalidRequestData, ValidationError } from '../../errors/index.js';
import type { PackageConfig } from '../package-manager.js';
import { recordingJob, type RecordingOptions } from './__fixtures__/recording-job.js';
import { type PythonProject, readProject } from './project.js';

const WHO = '[metadata]\nname = App\nversion = 1.0.alpha.1';

function read(files: Record<string, string>, entry: PackageConfig = { path: '.' }, pip: RecordingOptions['pip'] = {}): Promise<PythonProject> {
  return readProject(entry, recordingJob({ files, pip }).job);
}

const named = ({ runtime, build }: PythonProject): unknown =>
  [runtime, build].map(({ requirements }) => requirements.map(({ name }) => name).join());

describe('requirements files', () => {
  const files = {
    'setup.cfg': WHO,
    'requirements.txt': 'a==1',
    'requirements-build.txt': 'b==1',
    'r/c.txt': 'c==1',
    'sub/setup.cfg': WHO,
    'sub/requirements.txt': 'd==1',
    'sub/requirements-build.txt/x': '',
    'sub/r/e.txt': 'e==1\n-r ../../r/c.txt',
  };
  it.each<[string, PackageConfig, string[]]>([
    ['the usual ones', { path: '.' }, ['a', 'b']],
    ['none', { path: '.', requirements_files: [], requirements_build_files: [] }, ['', '']],
    ['listed ones', { path: '.', requirements_files: ['r/c.txt', 'requirements.txt'] }, ['c,a', 'b']],
    ['the same for both', { path: '.', requirements_files: ['r/c.txt'], requirements_build_files: ['r/c.txt'] }, ['c', 'c']],
    ['one twice', { path: '.', requirements_files: ['r/c.txt', './r/../r/c.txt'] }, ['c', 'b']],
    ['those of a directory, without what is none', { path: 'sub' }, ['d', '']],
    ['listed ones of a directory', { path: 'sub', requirements_build_files: ['r/e.txt'] }, ['d', 'e,c']],
  ])('are %s', async (_name, entry, expected) => {
    expect(named(await read(files, entry))).toEqual(expected);
  });

  it.each(['no.txt', 'requirements-build.txt'])('that are listed must be there: %s', async (file) => {
    await expect(read(files, { path: 'sub', requirements_files: [file] })).rejects.toThrow(FileAccessError);
  });

  it.each(['../outside.txt', '../../etc/passwd'])('are not outside of the repository: %s', async (file) => {
    await expect(read(files, { path: '.', requirements_files: [file] })).rejects.toThrow(FileAccessError);
  });

  it('have source distributions only, unless wheels are asked for', async () => {
    const wheel = { 'setup.cfg': WHO, 'requirements.txt': `k @ https://h.dev/k-1-py3-none-any.whl#sha256=${'ab'.repeat(32)}` };
    await expect(read(wheel)).rejects.toThrow(ValidationError);
    expect(named(await read(wheel, { path: '.', binary: {} }))).toEqual(['k', '']);
    expect((await read(wheel, { path: '.', allow_binary: true })).wheels).toBeDefined();
  });
});

describe('a package', () => {
  it.each(['no', 'no/such', 'setup.cfg', 'su'])('must be there: %s', async (path) => {
    await expect(read({ 'setup.cfg': WHO, 'sub/x': '' }, { path })).rejects.toThrow(`There is no directory "${path}"`);
  });

  const ID = '0'.repeat(40);
  it.each<[string, Record<string, string>, string, string | RegExp, string?]>([
    ['its own', { 'setup.cfg': WHO }, '.', 'App', '1.0a1'],
    ['none', { x: '' }, '.', /^The name and version of the Python package at the root of the repository/],
    ['a name only', { 'a/setup.cfg': '[metadata]\nname=x' }, 'a', /^The version of the Python package at "a" cannot be found .* Write it as/],
    ['a version only', { 'setup.cfg': '[metadata]\nversion=1' }, '.', /^The name of/],
  ])('has the name and version: %s', async (...[, files, path, name, version]) => {
    const project = read(files, { path });
    if (typeof name === 'string') expect(await project).toMatchObject({ name, version, directory: path });
    else {
      await expect(project).rejects.toThrow(InvalidRequestData);
      await expect(project).rejects.toThrow(name);
    }
  });

  it.each([
    ['nothing', { x: '' }, '.', 'my-app', ID],
    ['nothing in a directory', { 'a/B_c/x': '' }, 'a/B_c', 'my-app-a-b-c', ID],
    ['a name', { 'setup.cfg': '[metadata]\nname=x' }, '.', 'x', ID],
    ['a version', { 'setup.cfg': '[metadata]\nversion=1' }, '.', 'my-app', '1'],
    ['both', { 'setup.cfg': WHO }, '.', 'App', '1.0a1'],
  ])('is called as its repository for what it does not say, if that is wanted: %s', async (_name, files, path, name, version) => {
    expect(await read(files, { path }, { nameFromRepository: true })).toMatchObject({ name, version });
  });
});
