import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { itWithTool } from '../../../test/support/tools.js';
import type { Artifact } from '../../dependencies/index.js';
import { linksPage } from './links-page.js';
import type { ChosenFile } from './package-index/chosen-file.js';
import type { LinkedFile } from './placement.js';

const SHA256 = 'ab'.repeat(32);

function linked(directory: string, fileName: string, rest: Partial<ChosenFile> = {}): LinkedFile {
  const file = { kind: 'sdist', fileName, name: 'kite', version: '1', requiresPython: undefined, yanked: undefined, ...rest };
  return { path: `pip/${directory}${fileName}`, file: { file: file as ChosenFile, artifact: { sha256: SHA256 } as Artifact } };
}

const HOSTILE = `"><script>alert('1')</script> & </a>\u2028&lt;`;
const FILES = [
  linked('Kite/', 'Kite-1.0.tar.gz', { requiresPython: '>=3.8,<4', yanked: '' }),
  linked('', 'kite-1.0+x.1-py3-none-any.whl'),
  linked('kite/', `kite-1.0#?<b>&'".zip`, { requiresPython: HOSTILE, yanked: HOSTILE }),
];

describe('the page of links', () => {
  it('has relative addresses, escaped texts and digests, sorted', () => {
    const { path, content } = linksPage(FILES);
    expect(path).toBe('pip/links.html');
    const escaped = `&quot;&gt;&lt;script&gt;alert('1')&lt;/script&gt; &amp; &lt;/a&gt;\u2028&amp;lt;`;
    expect(content.toString().split('\n')).toEqual([
      '<!DOCTYPE html>',
      '<html><head><meta charset="utf-8"></head><body>',
      `<a href="Kite/Kite-1.0.tar.gz#sha256=${SHA256}" data-requires-python="&gt;=3.8,&lt;4" data-yanked="">Kite-1.0.tar.gz</a><br>`,
      `<a href="kite-1.0%2Bx.1-py3-none-any.whl#sha256=${SHA256}">kite-1.0+x.1-py3-none-any.whl</a><br>`,
      `<a href="kite/kite-1.0%23%3F%3Cb%3E%26'%22.zip#sha256=${SHA256}" data-requires-python="${escaped}" data-yanked="${escaped}">kite-1.0#?&lt;b&gt;&amp;'&quot;.zip</a><br>`,
      '</body></html>',
      '',
    ]);
  });

  it('may have none', () => {
    expect(linksPage([]).content.toString()).not.toContain('<a');
  });

  itWithTool('python3', 'is read by pip as it is meant', async () => {
    const script = join(import.meta.dirname, '__fixtures__/pip_links.py');
    const output = execFileSync('python3', [script], { input: linksPage(FILES).content, encoding: 'utf8' });
    const expected = FILES.map(({ path, file: { file } }) => ({
      path: `/b/deps/${path}`,
      name: file.fileName,
      hash: `sha256:${SHA256}`,
      python: file.requiresPython ?? null,
      yanked: file.yanked ?? null,
    }));
    expect(JSON.parse(output)).toEqual(expected);
  });
});
