import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import licenses from 'spdx-license-list/full.js';
import { licensesOfTexts, NOTHING_DECLARED } from './index.js';
import { licensesOfSets } from './matching/license-of-texts.js';

function licenseOf(...texts: string[]) {
  const [license] = licensesOfSets([texts.map((text, index) => ({ file: `LICENSE${index}`, text }))]);
  return license;
}

/** What the service says of texts: an expression, or in brackets what is known without one. */
function told(...texts: string[]): string {
  const { expression, declared } = licenseOf(...texts);
  return expression ?? `(${declared ?? ''})`;
}

function text(id: string): string {
  return licenses[id].licenseText;
}

/** Behind title and copyright notice. */
function rewrapped(license: string): string {
  const [head, body] = license.split(/(?=Everyone is permitted)/);
  return head + body.replaceAll(/(?:\S+\s+){7}/g, (words) => `${words.trim()}\n`);
}

function fixture(name: string): string {
  return readFileSync(new URL(`./__fixtures__/go-modules/${name}`, import.meta.url), 'utf8');
}

const MIT = fixture('testify.txt');

describe('licences of Go modules', () => {
  it.each([
    ['x-text.txt', 'BSD-3-Clause'],
    ['pkg-errors.txt', 'BSD-2-Clause'],
    ['testify.txt', 'MIT'],
    ['k8s-api.txt', 'Apache-2.0'],
    ['go-multierror.txt', 'MPL-2.0'],
    ['siphash.txt', 'CC0-1.0'],
    ['go-spew.txt', 'ISC'],
    ['go-difflib.txt', 'BSD-3-Clause'],
    ['blackfriday.txt', 'BSD-2-Clause'],
    ['pq.md', 'MIT'],
    ['go-toml.txt', 'MIT'],
    ['modernc-sqlite.txt', 'BSD-3-Clause'],
    ['go-digest-docs.txt', 'CC-BY-SA-4.0'],
    ['go-ethereum.txt', '(GNU General Public License v3.0)'],
    // Several licences.
    ['yaml-v3.txt', '(MIT, Apache-2.0)'],
    ['gods.txt', '(BSD-2-Clause, ISC)'],
    ['compress.txt', '(BSD-3-Clause, Apache-2.0, MIT)'],
    // One licence, and something else: a grant of patents, an exception, "the following files", views of the authors …
    ['xgb.txt', '()'],
    ['juju-errors.txt', '()'],
    ['yaml-v2-libyaml.txt', '()'],
    ['go-metrics.txt', '()'],
    ['decimal.txt', '()'],
    ['msgp.txt', '()'],
    // "My name … may not be used": near, but not the words of a licence of the list.
    ['ulikunitz-xz.txt', '()'],
    ['xi2-xz.txt', '()'],
  ])('%s: %s', (name, expected) => expect(told(fixture(name))).toBe(expected));
});

describe('texts of the SPDX list', () => {
  /** Licences whose texts are equal word by word, and what is told of them. */
  const TWINS: [RegExp, string | RegExp][] = [
    [
      /^(?:[AL]?GPL|GFDL)-\d\.\d(?:\+|-only|-or-later|-(?:no-)?invariants-.*)?$/,
      /^\((?:GNU|Affero) [A-Za-z ]+ v\d(?:\.\d)?\)$/,
    ],
    [/^CAL-1\.0/, '(CAL-1.0, CAL-1.0-Combined-Work-Exception)'],
    [/^MPL-2\.0/, 'MPL-2.0'],
    [/^OFL-1\.0/, 'OFL-1.0'],
    [/^OFL-1\.1/, 'OFL-1.1'],
    [/^(?:SMLNJ|StandardML-NJ)$/, 'SMLNJ'],
    [/^(?:Nunit|zlib-acknowledgement)$/, 'zlib-acknowledgement'],
  ];

  it('are each told to be what they are', () => {
    const wrong = Object.keys(licenses).filter((id) => {
      const [, expected] = TWINS.find(([ids]) => ids.test(id)) ?? [id, id];
      const answer = told(text(id));
      return typeof expected === 'string' ? answer !== expected : !expected.test(answer);
    });
    expect(wrong).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['comment', text('BSD-3-Clause').replaceAll(/^/gm, ' * ').replace(/^/, '/*\n').concat('\n */'), 'BSD-3-Clause'],
    ['// comment', MIT.replaceAll(/^/gm, '// '), 'MIT'],
    ['# comment', text('Apache-2.0').replaceAll(/^/gm, '# '), 'Apache-2.0'],
    ['Markdown', `# License\n\n**The MIT License (MIT)**\n\n${MIT.replaceAll(/^/gm, '> ')}`, 'MIT'],
    ['CR LF and a byte order mark', `\uFEFF${MIT.replaceAll('\n', '\r\n')}`, 'MIT'],
    ['CR only', MIT.replaceAll('\n', '\r'), 'MIT'],
    ['other bytes', MIT.replace('Copyright (c)', 'Copyright \uFFFD').replaceAll('"', '\uFFFD'), 'MIT'],
    ['one line', MIT.replaceAll(/\s+/g, ' ').replace(/^.*(?=Permission is)/, ''), 'MIT'],
    ['other line ends', rewrapped(text('GPL-3.0-only')), '(GNU General Public License v3.0)'],
    ['without the appendix', text('Apache-2.0').replace(/APPENDIX[^]*/, ''), 'Apache-2.0'],
    ['its notice alone', text('Apache-2.0').replace(/^[^]*(?=Copyright \[yyyy\])/, ''), 'Apache-2.0'],
    ['other spellings', MIT.replace('sublicense', 'sub-license').replace('HOLDERS', 'OWNERS'), 'MIT'],
    ['another name', text('ISC').replaceAll(/\bISC\b(?! License)/g, 'THE AUTHOR'), 'ISC'],
    ['all in capitals', MIT.toUpperCase(), 'MIT'],
  ])('match with %s', (...[, changed, id]) => expect(told(changed)).toBe(id));
});

describe('texts that are nearly a licence', () => {
  const COMMONS_CLAUSE =
    '"Commons Clause" License Condition v1.0\n\nThe Software is provided to you by the Licensor under the ' +
    'License, as defined below, subject to the following condition.';
  const IDS = ['MIT', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'Zlib', 'BSL-1.0', 'Unlicense', 'UPL-1.0'];
  const LONG_IDS = ['Apache-2.0', 'MPL-2.0', 'EPL-2.0', 'CC0-1.0'];
  const ADDED = [
    'The Software may not be used for commercial purposes.',
    'The Software shall be used for Good, not Evil.',
    'This grant does not include the right to sell the Software.',
    'For evaluation only',
  ];

  it.each([...IDS, ...LONG_IDS])('%s with a sentence more is not told to be it', (id) => {
    const lines = text(id).split('\n');
    const step = Math.ceil(lines.length / 40);
    for (const [index, added] of ADDED.entries()) {
      for (let at = index % step; at <= lines.length; at += step) {
        const changed = [...lines.slice(0, at), added, ...lines.slice(at)].join('\n');
        expect([at, told(changed)]).toEqual([at, expect.not.stringMatching(new RegExp(`^${id}$`))]);
      }
    }
  });

  it.each(IDS)('%s with a sentence less is not told to be it', (id) => {
    const sentences = text(id).split(/(?<=[.;:])\s+/);
    sentences.forEach((sentence, at) => {
      if (sentence.split(/\s+/).length < 6 || /^\W*(?:copyright|boost software license)/i.test(sentence)) return;
      expect([sentence, told(sentences.toSpliced(at, 1).join('\n'))]).not.toEqual([sentence, id]);
    });
  });

  it.each<[string, string, string]>([
    ['Commons Clause before', `${COMMONS_CLAUSE}\n\n${MIT}`, '()'],
    ['Commons Clause as a title', `MIT License with Commons Clause\n\n${MIT}`, '()'],
    ['a note in a notice', MIT.replace(/Copyright.*/, '$&, non-commercial use only'), '()'],
    ['a proprietary notice', `Copyright 2020 Ltd. Proprietary and confidential.\n\n${MIT}`, '()'],
    ['"not" put in', MIT.replace('is hereby granted', 'is not hereby granted'), '()'],
    ['"without" changed', MIT.replace('without restriction', 'with restriction'), '()'],
    ['another version', text('Apache-2.0').replaceAll('Version 2.0', 'Version 2.1'), '()'],
    ['a title of another licence', `GNU General Public License v3.0\n\n${MIT}`, '()'],
    ['terms for a name', text('BSD-3-Clause').replace('the copyright holder nor', 'X without permission nor'), '()'],
    ['its name only', 'MIT License', '()'],
    ['a sentence about it', 'This software is licensed under the MIT License.', '()'],
    ['X11', text('X11'), 'X11'],
    ['MIT-0', text('MIT-0'), 'MIT-0'],
    ['0BSD', text('0BSD'), '0BSD'],
    ['BSD-3-Clause-Clear', text('BSD-3-Clause-Clear'), 'BSD-3-Clause-Clear'],
    ['JSON', text('JSON'), 'JSON'],
  ])('%s', (...[, changed, expected]) => expect(told(changed)).toBe(expected));
});

describe('sets of files', () => {
  it.each<[string, string[], string]>([
    ['none', [], '()'],
    ['empty', [''], '()'],
    ['twice the same', [MIT, text('MIT')], 'MIT'],
    ['two licences', [MIT, text('Apache-2.0')], '(MIT, Apache-2.0)'],
    ['a licence of documents', [text('Apache-2.0'), text('CC-BY-4.0')], '(Apache-2.0, CC-BY-4.0)'],
    ['GNU', [text('GPL-3.0-only'), text('LGPL-3.0-only').replace(/GNU GENERAL PUBLIC LICENSE\nVersion 3, 29[^]*/, '')],
      '(GNU General Public License v3.0, GNU Lesser General Public License v3.0)'],
    ['one that nobody knows', [MIT, 'You may look at it, but not touch it.'], '()'],
    ['one that says nothing', [MIT, 'Copyright 2020 Somebody\n'], 'MIT'],
  ])('%s', (...[, texts, expected]) => expect(told(...texts)).toBe(expected));

  it('tells the file', () => {
    expect(licenseOf('', MIT)).toEqual({ expression: 'MIT', declared: null, file: 'LICENSE1' });
    expect(licenseOf('Copyright 2020 X')).toEqual(NOTHING_DECLARED);
  });

  it('compares in a thread, in order', async () => {
    const sets = Array.from({ length: 120 }, (_, index) => [{ file: 'A', text: text(index % 2 ? 'MIT' : 'ISC') }]);
    const found = await licensesOfTexts(sets, new AbortController().signal);
    expect(found.map(({ expression }) => expression)).toEqual(sets.map((_, index) => (index % 2 ? 'MIT' : 'ISC')));
    await expect(licensesOfTexts(sets, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  });
});

describe('hostile texts of 256 KiB', () => {
  const filled = (part: string): string => part.repeat(Math.ceil((256 * 1024) / part.length)).slice(0, 256 * 1024);

  it.each<[string, string]>([
    ['one word', filled('a')],
    ['the same word', filled('the ')],
    ['other words', Array.from({ length: 40_000 }, (_, index) => `w${index}`).join(' ')],
    ['beginnings of licences', filled('Permission is hereby granted, free of charge, to ')],
    ['licences without their ends', filled(MIT.replace(/\s+\S+\s*$/, '\n'))],
    ['openings', filled('Redistribution and use in source and binary forms ')],
    ['bullets', filled('1.\n')],
    ['bullets of many levels', filled('1.1.1.')],
    ['parentheses', `copyright ${filled('(')}`],
    ['notices', filled('Copyright 2012 X\n')],
    ['marks', `a${filled('\u0301')}`],
    ['no bytes of UTF-8', filled('a\uFFFD')],
    ['line ends', filled('\n')],
    ['spaces', filled(' ')],
    ['names of nobody', filled('neither the name of ')],
  ])('%s', (...[, hostile]) => expect(licenseOf(hostile)).toEqual(NOTHING_DECLARED));
});
