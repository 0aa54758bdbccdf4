import { describe, expect, it } from '@jest/globals';
import { nameManifest, packScripts, readManifest } from './manifest.js';

const SUFFIX = '-external-gitcommit-0123';

function named(text: string): { name: string; version: string; text: string } {
  const result = nameManifest(readManifest(Buffer.from(text), '"kite"'), SUFFIX, 'fallback', '"kite"');
  return { ...result, text: String(result.text) };
}

describe('the package.json of an external dependency', () => {
  it.each<[version: string, base: string]>([
    ['"1.4.0"', '1.4.0'],
    ['"1.4.0-beta.1"', '1.4.0-beta.1'],
    ['"1.4.0+build.7"', '1.4.0'],
    ['"1.4.0-rc.1+build"', '1.4.0-rc.1'],
    ['" v1.4.0 "', '1.4.0'],
    ['"1.4.0beta"', '1.4.0-beta'],
    ['""', '0.0.0'],
    ['null', '0.0.0'],
  ])('with version %s gets one from %s', (version, base) => {
    expect(named(`{"name":"kite","version":${version}}`)).toMatchObject({ name: 'kite', version: `${base}${SUFFIX}` });
  });

  it('without version counts as 0.0.0, without name has that of the lock file', () => {
    expect(named('{}')).toEqual({ name: 'fallback', version: `0.0.0${SUFFIX}`, text: `{\n  "version": "0.0.0${SUFFIX}"\n}\n` });
  });

  it('keeps all else: order, odd keys, a byte order mark away', () => {
    const text = '\ufeff{"b":1,"version":"1.0.0","__proto__":{"x":"ü"},"constructor":[],"name":"@acme/kite"}';
    expect(named(text)).toEqual({
      name: '@acme/kite',
      version: `1.0.0${SUFFIX}`,
      text: `{
  "b": 1,
  "version": "1.0.0${SUFFIX}",
  "__proto__": {
    "x": "ü"
  },
  "constructor": [],
  "name": "@acme/kite"
}
`,
    });
  });

  it.each<[text: string, error: string]>([
    ['{"version":"one"}', 'InvalidFileFormat'],
    ['{"version":"1.0"}', 'InvalidFileFormat'],
    ['{"version":1}', 'InvalidFileFormat'],
    [`{"version":"${'1'.repeat(300)}.0.0"}`, 'InvalidFileFormat'],
    ['{"version":"1.0.0/../../x"}', 'InvalidFileFormat'],
    ['{"name":"../x"}', 'InvalidFileFormat'],
    ['{"name":"@acme/../x"}', 'InvalidFileFormat'],
    ['{"name":".x"}', 'InvalidFileFormat'],
    ['{"name":"a/b"}', 'InvalidFileFormat'],
    ['{"name":"a\\u0000"}', 'InvalidFileFormat'],
    ['{"name":""}', 'InvalidFileFormat'],
    ['{"name":{}}', 'InvalidFileFormat'],
    ['{"name":', 'FileAccessError'],
    ['[]', 'FileAccessError'],
    ['null', 'FileAccessError'],
    ['', 'FileAccessError'],
    [`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'FileAccessError'],
  ])('is refused (case %#)', (text, name) => {
    expect(() => named(text)).toThrow(expect.objectContaining({ name, message: expect.stringContaining('package.json of "kite"') }));
  });

  it.each<[scripts: unknown, found: string[]]>([
    [{ prepare: 'tsc', prepack: 'x', build: 'x', install: 'x' }, ['prepare', 'prepack']],
    [{ prepack: 'x' }, ['prepack']],
    [{ prepare: '', prepack: 1, postpack: 'x', prepublishOnly: 'x', postinstall: 'x' }, []],
    [['prepare'], []],
    ['prepare', []],
    [null, []],
    [undefined, []],
  ])('has of the scripts %j to run first: %j', (scripts, found) => {
    expect(packScripts({ scripts })).toEqual(found);
    expect(packScripts(Object.create({ scripts: { prepare: 'x' } }))).toEqual([]);
  });
});
