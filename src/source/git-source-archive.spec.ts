import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, GitServer } from '../../test/support/git-server.js';
import { filesBelow, openSources, type SourceFixture, unpack } from '../../test/support/source-fixture.js';
import type { ArchivedSource } from './index.js';

const FILES = {
  'README.md': 'Hello\n',
  'bin/run': { content: '#!/bin/sh\n', executable: true },
  'crlf.txt': 'one\r\ntwo\r\n',
  '.gitattributes': '*.txt text eol=lf\n*.sub export-subst\nsecret export-ignore\n',
  'version.sub': '$Format:%H$',
  secret: 'kept\n',
  'large.bin': { content: Buffer.alloc(3_000_000, 'large content '), executable: false },
  'lfs.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
  link: { link: 'bin/run' },
  dangling: { link: 'nowhere' },
  'Name with space': '1',
  'umlaut-ü': '2',
  'case/A': 'upper',
  'case/a': 'lower',
  empty: '',
} as const;

function expected(files: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, file]) => {
      if (typeof file === 'string') return [path, file];
      const { link, content, executable } = file as { link?: string; content?: string | Buffer; executable?: boolean };
      return [path, link !== undefined ? `-> ${link}` : `${executable === true ? '*' : ''}${content?.toString() ?? ''}`];
    }),
  );
}

describe('GitSourceArchive', () => {
  let server: GitServer;
  let fixture: SourceFixture;
  const temporary: string[] = [];

  beforeAll(async () => {
    server = await GitServer.start();
  });
  beforeEach(async () => {
    fixture = await openSources();
  });
  afterEach(async () => {
    await fixture.close();
    server.fault = () => undefined;
    server.requests.length = 0;
    for (const directory of temporary.splice(0)) await rm(directory, { recursive: true, force: true });
  });
  afterAll(() => server.stop());

  function archive(repo: string, ref: string, more: { withSubmodules?: boolean; offline?: boolean } = {}): Promise<ArchivedSource> {
    const { withSubmodules = false, offline = false } = more;
    return fixture.archive.archive({ repo, ref, withSubmodules }, { ...fixture.options, offline });
  }

  async function content(source: ArchivedSource): Promise<Record<string, string>> {
    const directory = await unpack(fixture, fixture.archive.segments(source));
    temporary.push(directory);
    return filesBelow(join(directory, 'app'));
  }

  it('stores exactly the tree of the commit, whatever its attributes say', async () => {
    const repository = await server.createRepository('team/exact.git');
    const ref = await repository.commit({ files: FILES, time: 1_600_000_000 });
    await repository.commit({ files: { later: '1' } });
    const source = await archive(repository.url, ref);
    expect(source).toMatchObject({ repo: repository.url, repoName: 'team/exact', ref, commitTime: 1_600_000_000, entries: 15, submodules: [] });
    expect(await content(source)).toEqual(expected(FILES));
    expect(await fixture.archive.find(source.id)).toEqual(source);
  });

  it('serves a stored commit without network, even when mirror and server are gone', async () => {
    const own = await GitServer.start();
    const repository = await own.createRepository('team/gone');
    const ref = await repository.commit({ files: { a: '1' } });
    const first = await archive(repository.url, ref);
    await own.stop();
    await rm(fixture.directories.mirrors, { recursive: true });
    expect(await archive(repository.url, ref)).toEqual(first);
    expect(await archive(repository.url, ref, { offline: true })).toEqual(first);
    expect(await content(first)).toEqual({ a: '1' });
  });

  it('refuses an offline request for what is not stored', async () => {
    const repository = await server.createRepository('team/offline');
    const ref = await repository.commit({ files: { a: '1' } });
    await expect(archive(repository.url, ref, { offline: true })).rejects.toMatchObject({ errorType: 'InvalidRequestData' });
    expect(server.requests).toEqual([]);
  });

  it('fetches the next commit into the same mirror', async () => {
    const repository = await server.createRepository('team/next');
    const random = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 251));
    const first = await repository.commit({ files: { big: random, small: '1' } });
    const second = await repository.commit({ files: { big: random, small: '2' } });
    await archive(repository.url, first);
    expect(await content(await archive(repository.url, second))).toMatchObject({ small: '2' });
    expect(await readdir(fixture.directories.mirrors)).toHaveLength(1);
  });

  it('makes one fetch of a hundred calls at once', async () => {
    const repository = await server.createRepository('team/once');
    const ref = await repository.commit({ files: { a: '1' } });
    const sources = await Promise.all(Array.from({ length: 100 }, () => archive(repository.url, ref)));
    expect(new Set(sources.map(({ id }) => id)).size).toBe(1);
    expect(server.fetches).toBe(1);
  });

  it('lets one caller leave without harm to the others', async () => {
    const repository = await server.createRepository('team/leave');
    const ref = await repository.commit({ files: { a: '1' } });
    server.fault = () => ({ delay: 100 });
    const abort = new AbortController();
    const leaving = fixture.archive.archive({ repo: repository.url, ref, withSubmodules: false }, { ...fixture.options, signal: abort.signal });
    const staying = archive(repository.url, ref);
    abort.abort(new Error('cancelled'));
    await expect(leaving).rejects.toThrow('cancelled');
    expect(await content(await staying)).toEqual({ a: '1' });
  });

  it('stops everything when all have left, and works the next time', async () => {
    const repository = await server.createRepository('team/stop');
    const ref = await repository.commit({ files: { a: '1' } });
    const abort = new AbortController();
    server.fault = (request) => {
      if (request.method !== 'POST') return undefined;
      abort.abort(new Error('cancelled'));
      return 'hang';
    };
    const call = fixture.archive.archive({ repo: repository.url, ref, withSubmodules: false }, { ...fixture.options, signal: abort.signal });
    await expect(call).rejects.toThrow('cancelled');
    server.fault = () => undefined;
    expect(await content(await archive(repository.url, ref))).toEqual({ a: '1' });
  });

  it('fetches a damaged source again, bit for bit', async () => {
    const repository = await server.createRepository('team/damaged');
    const ref = await repository.commit({ files: FILES });
    const source = await archive(repository.url, ref);
    const before = await references();
    for (const sha256 of before) {
      const file = join(fixture.directories.sources, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
      await chmod(file, 0o600);
      await writeFile(file, 'rotten');
      fixture.lines.length = 0;
      expect(await archive(repository.url, ref)).toEqual(source);
      expect(fixture.lines.join()).toMatch(/warn: .*damaged/);
      await rm(file);
      expect(await archive(repository.url, ref)).toEqual(source);
    }
    expect(await references()).toEqual(before);
    expect(await content(source)).toEqual(expected(FILES));
  });

  async function references(): Promise<string[]> {
    const found: string[] = [];
    for await (const sha256 of fixture.references.references('archive')) found.push(sha256);
    return found;
  }

  it('names every blob it needs', async () => {
    const repository = await server.createRepository('team/references');
    await archive(repository.url, await repository.commit({ files: FILES }));
    const stored: string[] = [];
    for await (const { sha256 } of fixture.store.list()) stored.push(sha256);
    expect([...new Set(await references())].sort()).toEqual(stored.sort());
  });

  it('makes a broken mirror again', async () => {
    const repository = await server.createRepository('team/mirror');
    const first = await repository.commit({ files: { a: '1' } });
    const second = await repository.commit({ files: { a: '2' } });
    await archive(repository.url, first);
    const mirror = join(fixture.directories.mirrors, (await readdir(fixture.directories.mirrors))[0] ?? '');
    const breakages = [
      () => rm(join(mirror, 'HEAD')),
      () => rm(join(mirror, 'objects'), { recursive: true }),
      () => writeFile(join(mirror, 'config'), 'no [config'),
      () => writeFile(join(mirror, 'shallow.lock'), ''),
      async () => {
        const packs = join(mirror, 'objects', 'pack');
        for (const name of await readdir(packs)) if (name.endsWith('.pack')) await chmod(join(packs, name), 0o600).then(() => writeFile(join(packs, name), 'x'));
      },
      () => writeFile(`${mirror}.fetching`, ''),
    ];
    for (const breakage of breakages) {
      await breakage();
      await fixture.database.dataSource.query('DELETE FROM source');
      expect(await content(await archive(repository.url, second))).toEqual({ a: '2' });
      expect(await content(await archive(repository.url, first))).toEqual({ a: '1' });
    }
    expect((await readdir(fixture.directories.mirrors)).filter((name) => name !== mirror.split('/').at(-1))).toEqual([]);
  });

  describe('what cannot be had', () => {
    const MISSING = '1234567890123456789012345678901234567890';

    it('a commit that is not there, and what is no commit', async () => {
      const repository = await server.createRepository('team/missing');
      const ref = await repository.commit({ files: { a: '1' } });
      const tree = await git(repository.directory, ['rev-parse', `${ref}^{tree}`]);
      const blob = await git(repository.directory, ['rev-parse', `${ref}:a`]);
      for (const wrong of [MISSING, tree, blob]) {
        await expect(archive(repository.url, wrong)).rejects.toMatchObject({ errorType: 'InvalidRequestData', message: expect.stringContaining(wrong) });
      }
    });

    it('a file that the server does not have itself', async () => {
      const repository = await server.createRepository('team/incomplete');
      const ref = await repository.commitTree(await repository.tree([{ mode: '100644', name: 'a', id: MISSING }]));
      await expect(archive(repository.url, ref)).rejects.toMatchObject({ errorType: 'RepositoryAccessError' });
    });

    it('an annotated tag stands for its commit', async () => {
      const repository = await server.createRepository('team/tagged');
      const ref = await repository.commit({ files: { a: '1' } });
      await repository.tag('v1', ref);
      const tag = await git(repository.directory, ['rev-parse', 'v1']);
      expect(tag).not.toBe(ref);
      expect(await content(await archive(repository.url, tag))).toEqual({ a: '1' });
    });

    it.each([
      ['not found', { status: 404 }, 'RepositoryAccessError', 1],
      ['refused', { status: 403 }, 'RepositoryAccessError', 1],
      ['no git server', { status: 200, body: '<html>' }, 'RepositoryAccessError', 1],
      ['throttled for good', { status: 429, headers: { 'Retry-After': '0' } }, 'RepositoryAccessError', 4],
      ['out of order', { status: 503 }, 'RepositoryAccessError', 4],
      ['disconnected', 'reset', 'RepositoryAccessError', 4],
      ['to a private address', { status: 302, headers: { Location: 'http://10.1.2.3/x/info/refs?service=git-upload-pack' } }, 'ValidationError', 1],
      ['to metadata', { status: 301, headers: { Location: 'http://169.254.169.254/latest' } }, 'ValidationError', 1],
      ['to another scheme', { status: 302, headers: { Location: 'file:///etc/passwd' } }, 'RepositoryAccessError', 1],
    ] as const)('%s', async (_name, fault, errorType, requests) => {
      server.fault = () => fault;
      await expect(archive(`${server.url}/team/any`, MISSING)).rejects.toMatchObject({ errorType });
      expect(server.requests).toHaveLength(requests);
    });

    it('goes on after failures that pass', async () => {
      const repository = await server.createRepository('team/unsteady');
      const ref = await repository.commit({ files: { a: '1' } });
      const faults = [{ status: 503 }, 'reset', undefined, { status: 429, headers: { 'Retry-After': '1' } }] as const;
      let at = 0;
      server.fault = () => faults[at++];
      expect(await content(await archive(repository.url, ref))).toEqual({ a: '1' });
      expect([at > faults.length, server.fetches]).toEqual([true, 1]);
    });

    it('a host that does not exist or listen, a private address', async () => {
      await expect(archive('https://no-such-host.invalid/a/b', MISSING)).rejects.toMatchObject({ errorType: 'RepositoryAccessError' });
      await expect(archive('http://127.0.0.1:1/a/b', MISSING)).rejects.toMatchObject({ errorType: 'RepositoryAccessError' });
      for (const repo of ['http://10.0.0.1/a/b', 'https://169.254.169.254/a', 'http://0x0a000001/a', 'ssh://git@192.168.0.1/a', 'http://[fd00::1]/a/b', 'git@10.0.0.1:a/b']) {
        await expect(archive(repo, MISSING)).rejects.toMatchObject({ errorType: 'ValidationError', message: expect.stringContaining('private') });
      }
    });

    it('a server that hangs or sends garbage', async () => {
      const hasty = await openSources({ configuration: { worker: { subprocessTimeout: 1500 } } });
      try {
        const repository = await server.createRepository('team/strange');
        const ref = await repository.commit({ files: { a: '1' } });
        const call = (): Promise<ArchivedSource> => hasty.archive.archive({ repo: repository.url, ref, withSubmodules: false }, hasty.options);
        server.fault = (request) => (request.method === 'POST' ? 'hang' : undefined);
        await expect(call()).rejects.toMatchObject({ errorType: 'SubprocessCallError' });
        // A pack of a thousand objects that is cut off at once.
        const pack = Buffer.concat([Buffer.from('000dpackfile\n0011\x01PACK\0\0\0\x02'), Buffer.from([0, 0, 3, 232])]);
        const garbage = [pack, Buffer.from('garbage'), Buffer.alloc(100_000), Buffer.from('0011packfile\n\x01PACKxxxx0000'), Buffer.from('')];
        // Its words must not pass for trouble of this host.
        for (const words of ['No space left on device', `unable to read ${MISSING}`]) {
          garbage.push(Buffer.from(`000dpackfile\n${(words.length + 13).toString(16).padStart(4, '0')}\x02fatal: ${words}\n0000`));
        }
        for (const body of garbage) {
          server.fault = (request) =>
            request.method === 'POST' ? { status: 200, headers: { 'Content-Type': 'application/x-git-upload-pack-result' }, body } : undefined;
          await expect(call()).rejects.toMatchObject({ errorType: 'RepositoryAccessError' });
        }
        expect(Object.keys(await filesBelow(hasty.directories.mirrors)).filter((file) => file.includes('tmp_'))).toEqual([]);
        server.fault = () => undefined;
        expect(await call()).toMatchObject({ ref });
      } finally {
        await hasty.close();
      }
    });
  });

  describe('credentials', () => {
    let guarded: GitServer;
    beforeEach(async () => {
      guarded = await GitServer.start({ credentials: { username: 'robot', password: 's3cret:/@' } });
    });
    afterEach(() => guarded.stop());

    it('come from .netrc, or from the address, and are told to nobody', async () => {
      const repository = await guarded.createRepository('team/private');
      const ref = await repository.commit({ files: { a: '1' } });
      await expect(archive(repository.url, ref)).rejects.toMatchObject({ errorType: 'RepositoryAccessError', message: expect.stringContaining('.netrc') });
      const withCredentials = repository.url.replace('://', `://robot:${encodeURIComponent('s3cret:/@')}@`);
      const source = await archive(withCredentials, ref);
      expect(source.repo).toBe(repository.url);
      await writeFile(join(fixture.directories.home, '.netrc'), 'machine 127.0.0.1 login robot password s3cret:/@\n');
      await fixture.database.dataSource.query('DELETE FROM source');
      await rm(fixture.directories.mirrors, { recursive: true });
      expect(await content(await archive(repository.url, ref))).toEqual({ a: '1' });
      const rows = await fixture.database.dataSource.query('SELECT * FROM source');
      expect(JSON.stringify([rows, fixture.lines])).not.toContain('s3cret');
    });

    it('do not follow a redirect to another server', async () => {
      const repository = await guarded.createRepository('team/moved');
      const ref = await repository.commit({ files: { a: '1' } });
      server.authorizations.length = 0;
      guarded.fault = (request) => ({ status: 302, headers: { Location: `${server.url}${request.url}` } });
      await expect(archive(repository.url.replace('://', '://robot:secret@'), ref)).rejects.toMatchObject({ errorType: 'RepositoryAccessError' });
      expect(server.authorizations).toEqual([undefined]);
    });
  });

  it('follows a redirect itself, so that git need not', async () => {
    const repository = await server.createRepository('team/new-name');
    const ref = await repository.commit({ files: { a: '1' } });
    server.fault = (request) =>
      request.url?.startsWith('/old/') === true ? { status: 301, headers: { Location: request.url.replace('/old/name', '/team/new-name') } } : undefined;
    expect(await archive(`${server.url}/old/name`, ref)).toMatchObject({ repo: `${server.url}/old/name`, repoName: 'old/name' });
    expect(server.requests.filter((line) => line.includes('/old/'))).toHaveLength(1);
  });

  it('reads files of a stored tree', async () => {
    const repository = await server.createRepository('team/read');
    const files = { ...FILES, 'dir/up': { link: '../README.md' }, 'dir-link': { link: 'dir' }, outside: { link: '../../etc/passwd' }, loop: { link: 'loop' } };
    const tree = fixture.archive.tree(await archive(repository.url, await repository.commit({ files })));
    const paths: string[] = [];
    for await (const { path } of tree.list()) paths.push(path);
    expect(paths).toEqual(Object.keys(files).sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))));
    for (const [path, text] of Object.entries(expected(FILES))) {
      if (!text.startsWith('-> ')) expect((await tree.read(path))?.toString()).toBe(path === 'bin/run' ? text.slice(1) : text);
    }
    expect((await tree.read('./dir-link/up'))?.toString()).toBe('Hello\n');
    expect((await tree.read('link'))?.toString()).toBe('#!/bin/sh\n');
    expect(await tree.entry('link')).toEqual({ path: 'link', type: 'symlink', size: 0, linkTarget: 'bin/run' });
    for (const path of ['missing', 'dir', 'dangling', 'loop', 'a/b/c', 'zzz', '!']) expect([path, await tree.read(path)]).toEqual([path, undefined]);
    for (const path of ['outside', '../x', '/etc/passwd', 'dir/../../x']) await expect(tree.read(path)).rejects.toMatchObject({ errorType: 'ValidationError' });
    await expect(tree.read('large.bin', { maxSize: 1000 })).rejects.toMatchObject({ errorType: 'ValidationError' });
    const below: string[] = [];
    for await (const { path } of tree.list('case')) below.push(path);
    expect(below).toEqual(['case/A', 'case/a']);
  });
});
