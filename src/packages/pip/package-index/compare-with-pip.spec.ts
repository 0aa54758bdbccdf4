import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect } from '@jest/globals';
import { TestUpstream } from '../../../dependencies/testing.js';
import { itWithTool } from '../../../../test/support/tools.js';
import { chooseFromRelease } from './choose-from-release.js';
import type { ReleaseQuery } from './chosen-file.js';
import { readPage } from './read-page.js';
import { releaseKey } from '../versions.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const [A, B, C] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64)];
const [TAR, ZIP] = ['kite-1.0.tar.gz', 'kite-1.0.zip'];

/** What a page offers of a release, and what is taken. */
interface Reading {
  /** Not compared when digests are demanded: pip leaves out those with others earlier. */
  files: string[];
  best: string | null;
}

interface Situation {
  name: string;
  page: { type: string; body: string };
  query?: Partial<ReleaseQuery>;
  /** What pip finds, where that differs from what is found here on purpose, and why. */
  pip?: Partial<Reading>;
}

const html = (...lines: string[]): Situation['page'] => ({ type: 'text/html', body: `<!DOCTYPE html>\n<html><body>${lines.join('<br/>\n')}</body></html>` });
const link = (name: string, { href = `/f/${name}`, attributes = '' } = {}): string => `<a href="${href}" ${attributes}>${name}</a>`;
const json = (...files: { filename: string; [key: string]: unknown }[]): Situation['page'] => ({ type: JSON_TYPE, body: JSON.stringify({ meta: { 'api-version': '1.0' }, name: 'kite', files: files.map((file) => ({ url: `/f/${file.filename}`, hashes: {}, ...file })) }) });
const sha256 = (...digests: string[]): Partial<ReleaseQuery> => ({ hashes: digests.map((digest) => ({ algorithm: 'sha256', digest })) });

const SITUATIONS: Situation[] = [
  { name: 'one file', page: html(link(TAR)) },
  { name: 'several versions', page: html(link('kite-0.9.tar.gz'), link(TAR), link('kite-1.0.1.tar.gz'), link('kite-1.0rc1.tar.gz')) },
  { name: 'another spelling of the name', page: html(link('Kite-1.0.tar.gz'), link('kites-1.0.tar.gz')), query: { name: 'KITE' } },
  { name: 'a name of several parts', page: html(link('Storm_Kit-1.0.tar.gz'), link('storm-kit-plus-1.0.tar.gz'), link('storm-1.0.tar.gz')), query: { name: 'storm.kit' } },
  { name: 'trailing zeros', page: html(link('kite-1.tar.gz')), query: { version: '1.0.0' } },
  { name: 'a version that is not in normal form', page: html(link('kite-1.0.0-1.tar.gz')), query: { version: '1.post1' } },
  { name: 'a pre-release', page: html(link('kite-1.0b2.tar.gz')), query: { version: '1.0.beta.2' } },
  { name: 'a local version', page: html(link('kite-1.0+acme.1.tar.gz')), query: { version: '1.0+acme-1' } },
  { name: 'an epoch', page: html(link('kite-1!1.0.tar.gz')), query: { version: '1!1' } },
  { name: 'no such version', page: html(link(TAR)), query: { version: '2.0' } },
  { name: 'digest, versions of Python, yanked', page: html(link(TAR, { href: `/f/${TAR}#sha256=${A}`, attributes: 'data-requires-python="&gt;=3.8, &lt;4" data-yanked="it &amp; that"' })) },
  { name: 'yanked without a reason', page: html(link(TAR, { attributes: 'data-yanked=""' })) },
  { name: 'one of two is yanked', page: html(link(TAR, { attributes: 'data-yanked="x"' }), link(ZIP)) },
  { name: 'both are yanked', page: html(link(ZIP, { attributes: 'data-yanked="x"' }), link(TAR, { attributes: 'data-yanked="y"' })) },
  { name: 'a relative address', page: html(link(TAR, { href: `../../packages/${TAR}` })) },
  { name: 'a base', page: html('<base href="https://cdn.acme.dev/p/">', link(TAR, { href: TAR })) },
  { name: 'two bases', page: html('<base href="https://cdn.acme.dev/p/"><base href="https://other.acme.dev/p/">', link(TAR, { href: TAR })) },
  { name: 'a query', page: html(link(TAR, { href: `/f/${TAR}?key=a%20b&amp;x=1#sha256=${A}` })) },
  { name: 'a digest between other keys', page: html(link(TAR, { href: `/f/${TAR}#x=y&amp;sha256=${A}` })) },
  { name: 'a link in a comment', page: html(`<!-- ${link(TAR)} -->`, link(ZIP)) },
  { name: 'a link in a script', page: html(`<script>'${link(TAR)}'</script>`, link(ZIP)) },
  { name: 'capitals and no quotes', page: html(`<A HREF=/f/${TAR}>${TAR}</A>`) },
  { name: 'a name that the server cut', page: html(`<a href="/f/${TAR}">kite-1.0.ta..&gt;</a>`) },
  { name: 'other files', page: html(link('kite-1.0-py3-none-any.whl'), link('kite-1.0.exe'), link('kite-1.0.txt'), link('kite-1.0.tar.gz.asc'), link(TAR)) },
  { name: 'bz2, xz and tar', page: html(link('kite-1.0.tar.bz2')) },
  { name: 'no files', page: html('<h1>Links for kite</h1>') },
  { name: 'a demanded digest', page: html(link(TAR, { href: `/f/${TAR}#sha256=${A}` }), link(ZIP, { href: `/f/${ZIP}#sha256=${B}` })), query: sha256(B) },
  { name: 'a demanded digest, the file without one', page: html(link(TAR)), query: sha256(B) },
  { name: 'a right one before an unknown one', page: html(link(TAR), link(ZIP, { href: `/f/${ZIP}#sha256=${B}` })), query: sha256(B) },
  { name: 'JSON', page: json({ filename: TAR, hashes: { sha256: A }, 'requires-python': '>=3.8', yanked: 'broken' }) },
  { name: 'JSON, yanked without a reason', page: json({ filename: TAR, yanked: true }) },
  { name: 'JSON, an empty reason', page: json({ filename: TAR, yanked: '' }) },
  { name: 'JSON, unknown algorithms', page: json({ filename: TAR, hashes: { blake3: 'x' } }) },
  { name: 'JSON, one of two with a demanded digest', page: json({ filename: TAR, hashes: { sha256: A } }, { filename: ZIP, hashes: { sha256: C } }), query: sha256(C) },
  // Of several source distributions pip takes the last of the page; here .tar.gz is preferred, then .zip.
  { name: 'tar.gz is preferred', page: html(link(TAR), link(ZIP)), pip: { best: ZIP } },
  // A demanded digest that no file has is found by pip when it has fetched one.
  { name: 'no file with a demanded digest', page: html(link(TAR, { href: `/f/${TAR}#sha256=${A}` })), query: sha256(B), pip: { best: TAR } },
  // A name behind egg= makes pip look for the version there.
  { name: 'egg= beside a digest', page: html(link(TAR, { href: `/f/${TAR}#egg=kite&amp;sha256=${A}` })), pip: { files: [], best: null } },
  // For pip `==1.0` fits local versions, too. Here a pin is one version.
  { name: 'only a local version', page: html(link('kite-1.0+acme.1.tar.gz')), pip: { files: ['kite-1.0+acme.1.tar.gz /f/kite-1.0+acme.1.tar.gz'], best: 'kite-1.0+acme.1.tar.gz' } },
  // The text of a link names the file (PEP 503); pip looks at the address.
  { name: 'a name in the text only', page: html(link(TAR, { href: '/f/17' })), pip: { files: [], best: null } },
  // A malformed digest is taken for one that is never right when pip has fetched the file.
  { name: 'a malformed digest', page: html(link(TAR, { href: `/f/${TAR}#sha256=zz` })), pip: { files: [`${TAR} /f/${TAR} sha256:zz`], best: TAR } },
  // Nothing else than http and https is fetched.
  { name: 'a file of this machine', page: html(link(TAR, { href: `file:///f/${TAR}` })), pip: { files: [`${TAR} file:///f/${TAR}`], best: TAR } },
  // Credentials come from the configuration only.
  { name: 'user and password in a link', page: html(link(TAR, { href: `https://user:secret@cdn.acme.dev/${TAR}` })), pip: { files: [`${TAR} https://user:secret@cdn.acme.dev/${TAR}`] } },
];

/** `file name, address, digest, versions of Python, yanked`, on one line, of which the last ones are left out when there are none. */
function shown(...[fileName, url, digest, requiresPython, yanked]: (string | null | undefined)[]): string {
  const parts = [fileName, url && decodeURIComponent(url), digest ?? '', requiresPython ?? '', yanked === undefined || yanked === null ? '' : `yanked(${yanked})`];
  return parts.join(' ').replace(/ +/g, ' ').trim();
}

describe('Pages and pip', () => {
  let server: TestUpstream | undefined;
  let answers: Promise<Reading[]> | undefined;
  afterAll(() => server?.close());

  const queryOf = ({ query }: Situation): ReleaseQuery => ({ name: 'kite', version: '1.0', hashes: [], wheels: undefined, ...query });

  const filesToShow = <File>({ query }: Situation, files: File[]): File[] => (query?.hashes === undefined ? files : []);

  async function askPip(): Promise<Reading[]> {
    server = await new TestUpstream((path, _request, response) => {
      const { type, body } = SITUATIONS[Number(/^\/(\d+)\//.exec(path)?.[1])].page;
      response.writeHead(200, { 'content-type': type }).end(body);
    }).listen();
    const base = server.url('');
    const home = mkdtempSync(join(tmpdir(), 'pip-index-'));
    const python = spawn('python3', ['-I', join(import.meta.dirname, '__fixtures__', 'pip_index.py')], { env: { PATH: process.env.PATH, HOME: home }, stdio: ['pipe', 'pipe', 'inherit'] });
    python.stdin.end(JSON.stringify(SITUATIONS.map((situation, at) => ({ ...queryOf(situation), index: `${base}/${at}/` }))));
    const readings = JSON.parse(await text(python.stdout)) as { files: Record<string, string | null>[]; best: string | null }[];
    rmSync(home, { recursive: true });
    return readings.map(({ files, best }, at) => ({
      files: filesToShow(SITUATIONS[at], files).map((file) => shown(file.fileName, file.url?.replace(base, ''), file.digest, file.requiresPython, file.yanked)).sort(),
      best,
    }));
  }

  function readHere(situation: Situation, at: number): Reading {
    const { name, version, ...query } = queryOf(situation);
    const base = 'http://index.test';
    const project = name.toLowerCase().replaceAll('.', '-');
    const input = { content: Buffer.from(situation.page.body), type: situation.page.type, url: `${base}/${at}/${project}/`, project, wanted: [releaseKey(version)] };
    const files = (readPage(input).releases.get(releaseKey(version)) ?? []).filter(({ kind }) => kind === 'sdist');
    const choice = chooseFromRelease({ ...query, name }, files, true);
    const digestOf = ([each]: [string, string][]): string | undefined => each && `${each[0]}:${each[1]}`;
    return {
      files: filesToShow(situation, files).map((file) => shown(file.fileName, file.url.replace(base, ''), digestOf(Object.entries(file.digests)), file.requiresPython, file.yanked)).sort(),
      best: 'files' in choice ? choice.files[0].fileName : null,
    };
  }

  for (const [at, situation] of SITUATIONS.entries()) {
    const isDifferent = situation.pip !== undefined;
    itWithTool('python3', `${isDifferent ? 'differ on' : 'agree on'}: ${situation.name}`, async () => {
      const pip = (await (answers ??= askPip()))[at];
      const here = readHere(situation, at);
      expect(pip).toEqual({ ...here, ...situation.pip });
      if (isDifferent) expect(pip).not.toEqual(here);
    });
  }
});
