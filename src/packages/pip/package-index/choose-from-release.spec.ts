import { describe, expect, it } from '@jest/globals';
import { type Choice, chooseFromRelease } from './choose-from-release.js';
import type { ReleaseQuery } from './chosen-file.js';
import type { WheelFilter } from '../distributions/wheel-filter.js';
import type { ReleaseFile } from './release-file.js';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const LINUX = 'kite-1.0-cp312-cp312-manylinux_2_17_x86_64.whl';
const ARM = 'kite-1.0-cp312-cp312-manylinux_2_17_aarch64.whl';
const PURE = 'kite-1.0-py3-none-any.whl';
const [TAR, ZIP, BZ2] = ['kite-1.0.tar.gz', 'kite-1.0.zip', 'kite-1.0.tar.bz2'];

type FileText = string | [fileName: string, overrides: Partial<ReleaseFile>];
const yanked = (fileName: string, reason = ''): FileText => [fileName, { yanked: reason }];
const digest = (fileName: string, digests: Record<string, string>): FileText => [fileName, { digests }];

function file(text: FileText): ReleaseFile {
  const [fileName, overrides] = typeof text === 'string' ? [text, {}] : text;
  const kind = fileName.endsWith('.whl') ? 'wheel' : 'sdist';
  const url = `https://pypi.acme.dev/f/${fileName}`;
  return { kind, fileName, name: 'kite', version: '1.0', url, digests: {}, requiresPython: undefined, yanked: undefined, ...overrides };
}

const NONE: WheelFilter = { packages: undefined, arch: undefined, os: undefined, pythonVersion: undefined, implementation: undefined, abi: undefined, platform: undefined };
const ALL: WheelFilter = { ...NONE, arch: ['x86_64'] };
const ONLY: WheelFilter = { ...ALL, packages: ['kite'] };
const OTHERS: WheelFilter = { ...ALL, packages: ['spar'] };
const sha256 = (...digests: string[]): ReleaseQuery['hashes'] => digests.map((each) => ({ algorithm: 'sha256', digest: each }));
const sha512: ReleaseQuery['hashes'] = [{ algorithm: 'sha512', digest: 'c'.repeat(128) }];

function shown(choice: Choice): string[] | string {
  if ('refusal' in choice) return choice.refusal;
  const names = choice.files.map(({ fileName }) => fileName);
  return choice.yanked ? ['yanked:', ...names] : names;
}

describe('chooseFromRelease', () => {
  type Row = [name: string, files: FileText[], query: Partial<ReleaseQuery>, expected: string[] | string, allowYanked?: boolean];
  it.each<Row>([
    ['tar.gz before zip', [ZIP, TAR], {}, [TAR]],
    ['zip before others', [BZ2, ZIP], {}, [ZIP]],
    ['what there is', [BZ2], {}, [BZ2]],
    ['the order of the page', ['kite-1.0.tar', BZ2], {}, ['kite-1.0.tar']],
    ['the order of the page, of two spellings', ['Kite-1.0.tar.gz', TAR], {}, ['Kite-1.0.tar.gz']],
    ['no files', [], {}, 'kind'],
    ['wheels only', [PURE, LINUX], {}, 'kind'],
    ['a source distribution, not wheels', [PURE, TAR], {}, [TAR]],
    ['not yanked before yanked', [yanked(TAR), ZIP], {}, [ZIP]],
    ['all yanked', [yanked(TAR), yanked(ZIP, 'broken')], {}, 'yanked'],
    ['all yanked, which is allowed', [yanked(ZIP), yanked(TAR)], {}, ['yanked:', TAR], true],
    ['yanked ones are not taken without need', [yanked(TAR), ZIP], {}, [ZIP], true],
    ['a current wheel does not count', [yanked(TAR), PURE], {}, 'yanked'],

    ['a demanded digest', [digest(TAR, { sha256: A }), digest(ZIP, { sha256: B })], { hashes: sha256(B) }, [ZIP]],
    ['a demanded digest, in capitals', [digest(TAR, { sha256: A })], { hashes: sha256(A.toUpperCase()) }, [TAR]],
    ['several demanded digests', [digest(TAR, { sha256: A }), digest(ZIP, { sha256: B })], { hashes: sha256(B, A) }, [TAR]],
    ['none with a demanded digest', [digest(TAR, { sha256: A })], { hashes: sha256(B) }, 'hashes'],
    ['no digest of the index', [TAR], { hashes: sha256(B) }, [TAR]],
    ['a digest of another algorithm', [digest(TAR, { sha256: A })], { hashes: sha512 }, [TAR]],
    ['one algorithm differs, the other is unknown', [digest(TAR, { sha256: A })], { hashes: [...sha256(B), ...sha512] }, [TAR]],
    ['a right one before an unknown one', [TAR, digest(ZIP, { sha256: B })], { hashes: sha256(B) }, [ZIP]],
    ['an unknown one before a wrong one', [digest(TAR, { sha256: A }), ZIP], { hashes: sha256(B) }, [ZIP]],
    ['the right one is yanked', [digest(TAR, { sha256: A }), [ZIP, { digests: { sha256: B }, yanked: '' }]], { hashes: sha256(B) }, 'yanked'],
    ['a wheel has the digest', [digest(TAR, { sha256: A }), digest(PURE, { sha256: B })], { hashes: sha256(B) }, 'hashes'],
    ['names of algorithms are no properties of objects', [TAR], { hashes: [{ algorithm: 'constructor', digest: 'x' }] }, [TAR]],

    ['wheels besides', [LINUX, TAR, ARM, PURE, ZIP], { wheels: ALL }, [LINUX, PURE, TAR]],
    ['wheels besides, no source distribution', [LINUX, ARM], { wheels: ALL }, [LINUX]],
    ['wheels besides, none fits', [ARM, ZIP], { wheels: ALL }, [ZIP]],
    ['wheels besides, nothing', [ARM], { wheels: ALL }, 'kind'],
    ['wheels without restriction', [LINUX, ARM, TAR], { wheels: NONE }, [LINUX, ARM, TAR]],
    ['wheels only, by name', [LINUX, TAR, ARM], { wheels: ONLY }, [LINUX]],
    ['wheels only, by another spelling of the name', [LINUX, TAR], { name: 'KITE', wheels: ONLY }, [LINUX]],
    ['wheels only, none', [TAR], { wheels: ONLY }, 'kind'],
    ['wheels only, none fits', [ARM, TAR], { wheels: ONLY }, 'kind'],
    ['wheels of other names', [LINUX, TAR], { wheels: OTHERS }, [TAR]],
    ['wheels of other names, no source distribution', [LINUX], { wheels: OTHERS }, 'kind'],
    ['a yanked wheel beside others', [yanked(LINUX), PURE, TAR], { wheels: ALL }, [PURE, TAR]],
    ['a yanked source distribution beside wheels', [PURE, yanked(TAR)], { wheels: ALL }, [PURE]],
    ['everything yanked', [yanked(PURE), yanked(TAR)], { wheels: ALL }, 'yanked'],
    ['everything yanked, which is allowed', [yanked(PURE), yanked(TAR)], { wheels: ALL }, ['yanked:', PURE, TAR], true],
    ['only the wheel has a demanded digest', [digest(PURE, { sha256: B }), digest(TAR, { sha256: A })], { wheels: ALL, hashes: sha256(B) }, [PURE]],
    ['a wheel that is there twice', [PURE, PURE, TAR], { wheels: ALL }, [PURE, TAR]],
    ['a wheel that is there twice, the first with a wrong digest', [digest(PURE, { sha256: A }), digest(PURE, { sha256: B })], { wheels: ALL, hashes: sha256(B) }, [PURE]],
  ])('%s', (...[, files, query, expected, allowYanked = false]) => {
    const whole = { name: 'kite', hashes: [], wheels: undefined, ...query };
    expect(shown(chooseFromRelease(whole, files.map(file), allowYanked))).toEqual(expected);
  });
});
