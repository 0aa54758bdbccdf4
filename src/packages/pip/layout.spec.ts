import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CachitoError, ValidationError } from '../../errors/index.js';
import { read } from './requirements/__fixtures__/read.js';
import { externalPlace, indexPlace } from './layout.js';
import type { Place } from './layout.js';
import type { ChosenFile } from './package-index/chosen-file.js';
import type { UrlRequirement, VcsRequirement } from './requirements/requirement.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const SHA256 = 'ab'.repeat(32);
const EEL = `eel-external-gitcommit-${COMMIT}.tar.gz`;
const WHEEL = 'kite-1.0-py3-none-any.whl';
const LONG = 'x'.repeat(260);

/** The only requirement of a line. */
async function requirementOf(line: string): Promise<UrlRequirement | VcsRequirement> {
  const { requirements } = await read({ 'r.txt': line }, { wheels: true });
  const [requirement] = requirements;
  if (requirement?.kind !== 'url' && requirement?.kind !== 'vcs') throw new Error('not external');
  return requirement;
}

const git = (address: string): string => `Eel_x @ git+${address}@${COMMIT.toUpperCase()}`;
const url = (address: string, hash = `sha256:${SHA256}`): string => `Kite_x @ ${address} --hash=${hash}`;

describe('externalPlace', () => {
  it.each<[string, string, string, string[]]>([
    [git('https://h.dev/t/eel.git'), `h.dev/t/eel/${EEL}`, `eel-gitcommit-${COMMIT}.tar.gz`, ['eel', 'h.dev/t/eel']],
    [git('https://me:pw@H.dev:8443//a/b//eel/'), `h.dev:8443/a/b/eel/${EEL}`, `eel-gitcommit-${COMMIT}.tar.gz`, ['eel', 'h.dev:8443/a/b/eel']],
    [`${git('https://h.dev:443/eel')}?x=y#subdirectory=..`, `h.dev/eel/${EEL}`, `eel-gitcommit-${COMMIT}.tar.gz`, ['eel', 'h.dev/eel']],
    [git('http://[::1]:80/eel'), `[::1]/eel/${EEL}`, `eel-gitcommit-${COMMIT}.tar.gz`, ['eel', '[::1]/eel']],
    [git('http://[0:0::1]:8080/eel'), `[::1]:8080/eel/${EEL}`, `eel-gitcommit-${COMMIT}.tar.gz`, ['eel', '[::1]:8080/eel']],
    [git('https://h.dev/t/.git'), `h.dev/t/t-external-gitcommit-${COMMIT}.tar.gz`, `t-gitcommit-${COMMIT}.tar.gz`, ['t', 'h.dev/t']],
    [git('https://h.dev/.git'), `h.dev/h.dev-external-gitcommit-${COMMIT}.tar.gz`, `h.dev-gitcommit-${COMMIT}.tar.gz`, ['h.dev', 'h.dev']],
    [git('https://h.dev/a%2F..%2Fb%zz/eel'), `h.dev/a%2F..%2Fb%zz/eel/${EEL}`, `eel-gitcommit-${COMMIT}.tar.gz`, ['eel', 'h.dev/a%2F..%2Fb%zz/eel']],
    [url('https://h.dev/a/kite.tar.gz?t=1#x=y'), `external-Kite-x/Kite-x-external-sha256-${SHA256}.tar.gz`, `Kite-x-${SHA256}.tar.gz`, ['Kite-x', `Kite-x/sha256-${SHA256}`]],
    [url('https://h.dev/K.tar.Z'), `external-Kite-x/Kite-x-external-sha256-${SHA256}.tar.Z`, `Kite-x-${SHA256}.tar.Z`, ['Kite-x', `Kite-x/sha256-${SHA256}`]],
    [url('https://h.dev/k.zip', 'md5:' + 'AB'.repeat(16)), `external-Kite-x/Kite-x-external-md5-${'ab'.repeat(16)}.zip`, `Kite-x-${'ab'.repeat(16)}.zip`, ['Kite-x', `Kite-x/md5-${'ab'.repeat(16)}`]],
    [url(`https://h.dev/${WHEEL}`), `external-Kite-x/${WHEEL}`, WHEEL, ['Kite-x', `Kite-x/sha256-${SHA256}`]],
    [url('https://h.dev/kite-1.0%2Blocal-py3-none-any.whl'), 'external-Kite-x/kite-1.0+local-py3-none-any.whl', 'kite-1.0+local-py3-none-any.whl', ['Kite-x', `Kite-x/sha256-${SHA256}`]],
  ])('of %s', async (line, nested, flat, directories) => {
    const requirement = await requirementOf(line);
    const place = externalPlace(requirement, { flat: false });
    expect(place).toEqual({ path: `pip/${nested}`, file: nested.split('/').at(-1), directories });
    expect(externalPlace(requirement, { flat: true })).toEqual({ ...place, path: `pip/${flat}` });
  });

  it.each([
    git('https://h.dev/t/...git'),
    git('https://h.dev/...git'),
    git('https://h.dev/..git'),
    git('https://h.dev/%2e%2e/eel'),
    git('https://h.dev/a%2f%2e%2e%2f%2e%2e/eel'),
    git('https://h.dev/a%5C..%5Ceel'),
    git('https://h.dev/a%00/eel'),
    git('https://../eel'),
    git('https://%2e%2e/eel'),
    git('https://h.dev:x/eel'),
    git(`https://h.dev/${LONG}`),
    git(`https://h.dev/${LONG}/eel`),
    url(`https://h.dev/k.zip`).replace('Kite_x', LONG),
    url('https://h.dev/k.zip', 'sha256:../../x'),
    url('https://h.dev/k.zip', 'x/../y:ab'),
    url('https://h.dev/..%2F..%2Fkite-1.0-py3-none-any.whl'),
    url('https://h.dev/x%2Fkite-1.0-py3-none-any.whl'),
    url('https://h.dev/kite%zz-1.0-py3-none-any.whl'),
    url('https://h.dev/%3Cb%3E-1.0-py3-none-any.whl'),
    url('https://h.dev/kite.whl'),
    url('https://h.dev/.whl'),
    url(`https://h.dev/${LONG}-1.0-py3-none-any.whl`),
  ])('of %s is refused, nested and flat', async (line) => {
    for (const flat of [false, true]) {
      const place = async (): Promise<unknown> => externalPlace(await requirementOf(line), { flat });
      await expect(place()).rejects.toThrow(ValidationError);
    }
  });

  it('lies below pip/ whatever a line says', async () => {
    const piece = fc.oneof(
      fc.constantFrom('..', '.', '%2e', '%2F', '/', '.git', ':', '@', '[', ']', '%', '%00', '\\', 'a'),
      fc.string({ maxLength: 5 }),
    );
    const address = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    const line = fc.oneof(
      address.map((text) => git(`https://h.dev/${text}`)),
      address.map((text) => git(`https://${text}`)),
      address.map((text) => url(`https://h.dev/${text}-1.0-py3-none-any.whl`)),
    );
    const check = async (text: string, flat: boolean): Promise<void> => {
      try {
        const { path, file, directories } = externalPlace(await requirementOf(text), { flat });
        expect(path.startsWith('pip/')).toBe(true);
        for (const each of [path, ...directories.map((directory) => `${directory}/${file}`)]) {
          const names = each.split('/');
          expect(names.filter((name) => name === '' || name === '.' || name === '..' || /[\0\\]/.test(name))).toEqual([]);
        }
      } catch (error) {
        if (!(error instanceof CachitoError)) expect(String(error)).toBe('Error: not external');
      }
    };
    await fc.assert(fc.asyncProperty(line, fc.boolean(), check), { numRuns: 500 });
  });
});

describe('indexPlace', () => {
  const place = (name: string, fileName: string, flat = false): Place =>
    indexPlace({ name, fileName } as ChosenFile, { flat });

  it('is by the name as it is spelled in the name of the file', () => {
    const file = 'Storm_Kit-1.0.tar.gz';
    expect(place('Storm_Kit', file)).toEqual({ path: `pip/Storm_Kit/${file}`, file });
    expect(place('Storm_Kit', file, true)).toEqual({ path: `pip/${file}`, file });
  });

  it.each([
    ['..', 'x-1.tar.gz'],
    ['x', '..'],
    ['x', 'a\\b.zip'],
    ['', 'x-1.tar.gz'],
    ['x', 'x\0.zip'],
    ['x', LONG],
  ])('of %j %j is refused', (name, fileName) => {
    expect(() => place(name, fileName)).toThrow(ValidationError);
  });
});
