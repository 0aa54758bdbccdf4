import { describe, expect, it } from '@jest/globals';
import { brokenFile, TestArchivedFile } from '../__fixtures__/archived-file.js';
import { NOTHING_DECLARED } from '../licenses/index.js';
import { readLicense } from './license.js';
import { zipOf } from './module-zip/__fixtures__/zip-writer.js';
import { served } from './proxy/__fixtures__/modules.js';

const NEVER = new AbortController().signal;
const MODULE = { name: 'example.com/kite', version: 'v1.2.3' };
const ROOT = 'example.com/kite@v1.2.3/';
const MIT = `Copyright (c) 2024 The Kite Authors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

function archived(bytes: Buffer, kind = 'zip'): TestArchivedFile {
  const upstream = `https://proxy.example/example.com/kite/@v/v1.2.3.${kind}`;
  return new TestArchivedFile(bytes, { ...MODULE, upstream });
}

describe('the licence of a module', () => {
  it('is the one whose text lies in its root', async () => {
    const files = { 'a.go': 'package a', LICENSE: MIT };
    const { zip } = served({ path: MODULE.name, version: MODULE.version, files });
    const expected = { expression: 'MIT', declared: null, file: `${ROOT}LICENSE` };
    expect(await readLicense(archived(zip), NEVER)).toEqual(expected);
  });

  it.each<[string, Buffer, string?]>([
    ['a module without licence files', zipOf([{ name: `${ROOT}go.mod` }])],
    [
      'licence files elsewhere',
      zipOf([{ name: `${ROOT}vendor/LICENSE`, content: MIT }, { name: 'LICENSE', content: MIT }]),
    ],
    ['no zip', Buffer.from(MIT)],
    ['no bytes', Buffer.of()],
    ['a damaged file', zipOf([{ name: `${ROOT}LICENSE`, raw: Buffer.from('nonsense'), size: 100 }])],
    ['a go.mod', Buffer.from('module example.com/kite'), 'mod'],
    ['an info file', Buffer.from('{}'), 'info'],
  ])('is unknown of %s', async (...[, bytes, kind]) => {
    expect(await readLicense(archived(bytes, kind), NEVER)).toEqual(NOTHING_DECLARED);
  });

  it('is looked for in a few files, and in their beginnings', async () => {
    const long = { name: `${ROOT}LICENSE`, content: `${MIT}${' '.repeat(10_000_000)}` };
    const many = Array.from({ length: 1000 }, (_, at) => ({ name: `${ROOT}LICENSE.${at}`, content: MIT }));
    expect(await readLicense(archived(zipOf([long, ...many])), NEVER)).toMatchObject({ expression: 'MIT' });
  });

  it.each(['at once', 'while it is read'] as const)('is not what a store says that fails %s', async (when) => {
    const file = brokenFile(archived(zipOf([{ name: `${ROOT}LICENSE`, content: MIT }])), when);
    await expect(readLicense(file, NEVER)).rejects.toThrow('broken disk');
  });
});
