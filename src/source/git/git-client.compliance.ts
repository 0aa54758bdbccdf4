import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FileSpec, git, GitServer } from '../../../test/support/git-server.js';
import { TransientFailure } from '../../download/index.js';
import type { Remote } from '../remote/remote.js';
import type { GitClient, GitTreeEntry } from './git-client.js';

export interface GitClientSettings {
  timeout: number;
  home: string;
  allowedPrivateNetworks: readonly string[];
}

const MISSING = '1234567890123456789012345678901234567890';

/** What every adapter of `GitClient` does. */
export function describeGitClient(name: string, open: (settings: GitClientSettings) => GitClient): void {
  describe(name, () => {
    let server: GitServer;
    let root: string;
    let directory: string;
    let client: GitClient;
    const options = { signal: new AbortController().signal };

    beforeAll(async () => {
      server = await GitServer.start();
    });
    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'git-client-'));
      directory = join(root, 'mirror');
      client = open({ timeout: 60_000, home: root, allowedPrivateNetworks: ['127.0.0.0/8'] });
    });
    afterEach(async () => {
      server.fault = () => undefined;
      server.requests.length = 0;
      await client.close();
      await rm(root, { recursive: true, force: true });
    });
    afterAll(() => server.stop());

    function remote(path: string, authorization?: string): Remote {
      const { port } = server;
      return {
        transport: 'http',
        url: `${server.url}/${path}`,
        host: '127.0.0.1',
        port,
        addresses: ['127.0.0.1'],
        authorization,
      };
    }

    let serial = 0;
    async function repository(
      files: Record<string, FileSpec>,
    ): Promise<{ path: string; ref: string; directory: string }> {
      const path = `compliance/${(serial += 1)}.git`;
      const created = await server.createRepository(path);
      return { path, ref: await created.commit({ files, time: 1_600_000_000 }), directory: created.directory };
    }

    async function fetched(path: string, ref: string): Promise<void> {
      await client.initialize(directory, options);
      await client.fetch(directory, remote(path), ref, options);
    }

    async function listed(ref: string): Promise<GitTreeEntry[]> {
      const entries: GitTreeEntry[] = [];
      for await (const entry of client.listTree(directory, ref, options)) entries.push(entry);
      return entries;
    }

    async function blobs(entries: readonly GitTreeEntry[]): Promise<Record<string, string>> {
      async function* wanted(): AsyncIterable<GitTreeEntry> {
        yield* entries.filter(({ mode }) => mode.startsWith('1') && mode !== '160000');
      }
      const digests: Record<string, string> = {};
      for await (const { entry, size, content } of client.readBlobs(directory, wanted(), options)) {
        const hash = createHash('sha1').update(`blob ${size}\0`);
        for await (const chunk of content) hash.update(chunk);
        digests[entry.path] = hash.digest('hex');
      }
      return digests;
    }

    it('fetches one commit with its tree, bytes and modes', async () => {
      const {
        path,
        ref,
        directory: origin,
      } = await repository({
        a: 'text\n',
        'b/c/run': { content: 'x', executable: true },
        link: { link: 'a' },
        lib: { gitlink: MISSING },
        'lib.txt': 'after',
        'crlf.txt': 'a\r\nb\r\n',
        '.gitattributes': '* text eol=lf\n',
        ü: 'name',
        large: Buffer.alloc(2_000_000, 'large '),
        empty: '',
      });
      await fetched(path, ref);
      expect(await client.commit(directory, ref, options)).toEqual({ id: ref, time: 1_600_000_000 });
      const entries = await listed(ref);
      const expected = (await git(origin, ['ls-tree', '-r', '-t', '-z', ref]))
        .split('\0')
        .filter((line) => line !== '');
      const types: Record<string, string> = { '040000': 'tree', '160000': 'commit' };
      expect(entries.map(({ mode, id, path: file }) => `${mode} ${types[mode] ?? 'blob'} ${id}\t${file}`)).toEqual(
        expected,
      );
      for (const [file, digest] of Object.entries(await blobs(entries))) {
        expect([file, digest]).toEqual([file, entries.find((entry) => entry.path === file)?.id]);
      }
    });

    it('is safe to initialize twice, and fetches the next commit', async () => {
      const { path, ref } = await repository({ a: '1' });
      await fetched(path, ref);
      await fetched(path, ref);
      expect((await listed(ref)).map((entry) => entry.path)).toEqual(['a']);
    });

    it('fetches a commit that no branch points at', async () => {
      const created = await server.createRepository(`compliance/${(serial += 1)}.git`);
      const first = await created.commit({ files: { a: '1' } });
      await created.commit({ files: { a: '2' } });
      await git(created.directory, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
      await fetched(`compliance/${serial}.git`, first);
      expect(await blobs(await listed(first))).toEqual({
        a: await git(created.directory, ['rev-parse', `${first}:a`]),
      });
    });

    it('fetches one from a server that gives away branches and tags only', async () => {
      const created = await server.createRepository(`compliance/${(serial += 1)}.git`);
      const first = await created.commit({ files: { a: '1' } });
      await created.commit({ files: { a: '2' } });
      server.oldProtocol = true;
      try {
        await fetched(`compliance/${serial}.git`, first);
        expect(await blobs(await listed(first))).toEqual({
          a: await git(created.directory, ['rev-parse', `${first}:a`]),
        });
        await expect(fetched(`compliance/${serial}.git`, MISSING)).rejects.toMatchObject({
          errorType: 'InvalidRequestData',
        });
      } finally {
        server.oldProtocol = false;
      }
    });

    it('does not know what was not fetched', async () => {
      const { path, ref } = await repository({ a: '1' });
      await fetched(path, ref);
      expect(await client.commit(directory, MISSING, options)).toBeUndefined();
    });

    it('says when the server has no such commit', async () => {
      const { path } = await repository({ a: '1' });
      await expect(fetched(path, MISSING)).rejects.toMatchObject({ errorType: 'InvalidRequestData' });
      expect(await client.commit(directory, MISSING, options)).toBeUndefined();
    });

    it.each([404, 401, 403])('says when it is refused (%i)', async (status) => {
      const { path, ref } = await repository({ a: '1' });
      server.fault = () => ({ status });
      await expect(fetched(path, ref)).rejects.toMatchObject({ errorType: 'RepositoryAccessError' });
    });

    it.each([429, 500, 503])('tells what may pass (%i)', async (status) => {
      const { path, ref } = await repository({ a: '1' });
      server.fault = (request) => (request.method === 'POST' ? { status } : undefined);
      await expect(fetched(path, ref)).rejects.toThrow(TransientFailure);
    });

    it('follows no redirect', async () => {
      const { path, ref } = await repository({ a: '1' });
      server.fault = (request) =>
        request.url?.startsWith('/old/') === true
          ? { status: 302, headers: { Location: request.url.replace('/old/', '/') } }
          : undefined;
      await expect(fetched(`old/${path}`, ref)).rejects.toMatchObject({ errorType: 'RepositoryAccessError' });
      expect(server.requests.every((line) => line.includes('/old/'))).toBe(true);
    });

    it.each([['nonsense'], [''], ['0000'], ['0011packfile\n']])('refuses garbage: %j', async (body) => {
      const { path, ref } = await repository({ a: '1' });
      server.fault = (request) =>
        request.method === 'POST'
          ? { status: 200, headers: { 'Content-Type': 'application/x-git-upload-pack-result' }, body }
          : undefined;
      const failure = await fetched(path, ref).catch((error: unknown) => error);
      const error = failure instanceof TransientFailure ? failure.error : failure;
      expect(error).toMatchObject({ errorType: expect.stringMatching(/^(RepositoryAccessError|InvalidRequestData)$/) });
    });

    it('stops at the signal', async () => {
      const { path, ref } = await repository({ a: '1' });
      const abort = new AbortController();
      server.fault = (request) => {
        if (request.method !== 'POST') return undefined;
        abort.abort(new Error('cancelled'));
        return 'hang';
      };
      await client.initialize(directory, options);
      await expect(client.fetch(directory, remote(path), ref, { signal: abort.signal })).rejects.toThrow('cancelled');
    });

    it('stops when its time is over', async () => {
      const { path, ref } = await repository({ a: '1' });
      const hasty = open({ timeout: 2500, home: root, allowedPrivateNetworks: ['127.0.0.0/8'] });
      server.fault = (request) => (request.method === 'POST' ? 'hang' : undefined);
      await hasty.initialize(directory, options);
      const failure = await hasty.fetch(directory, remote(path), ref, options).catch((error: unknown) => error);
      const error = failure instanceof TransientFailure ? failure.error : failure;
      expect(error).toMatchObject({
        errorType: expect.stringMatching(/^(SubprocessCallError|RepositoryAccessError|NetworkError)$/),
      });
      await hasty.close();
    });

    it('gives the credentials of the remote to its server', async () => {
      const { path, ref } = await repository({ a: '1' });
      server.authorizations.length = 0;
      await client.initialize(directory, options);
      await client.fetch(directory, remote(path, 'Basic cm9ib3Q6c2VjcmV0'), ref, options);
      expect(new Set(server.authorizations)).toEqual(new Set(['Basic cm9ib3Q6c2VjcmV0']));
    });

    describe.each([
      ['version 2', false],
      ['an old version', true],
    ])('lists tags in %s of the protocol', (_, old) => {
      beforeEach(() => {
        server.oldProtocol = old;
      });
      afterEach(() => {
        server.oldProtocol = false;
      });

      it('that may name versions, peeled', async () => {
        const { path, ref, directory: origin } = await repository({ a: '1' });
        const tree = await git(origin, ['rev-parse', `${ref}^{tree}`]);
        await git(origin, ['tag', '-a', '-m', 'annotated', 'v1.0.0', ref]);
        await git(origin, ['tag', '-a', '-m', 'nested', 'sub/v1.1.0', 'v1.0.0']);
        await git(origin, ['tag', '-a', '-m', 'of a tree', 'v3-tree', tree]);
        const names = ['v2', 'sub/dir/v0.1.0-rc.1+meta', '--x/v1', 'ü/v1', 'latest', 'v1/x', 'version', 'V1', 'v'];
        await git(origin, ['update-ref', '--stdin'], names.map((each) => `create refs/tags/${each} ${ref}\n`).join(''));
        const listed = await client.listVersionTags(remote(path), options);
        expect(Object.fromEntries(listed.map(({ name: tag, target }) => [tag, target]))).toEqual({
          'v1.0.0': ref,
          'sub/v1.1.0': ref,
          'v3-tree': tree,
          v2: ref,
          'sub/dir/v0.1.0-rc.1+meta': ref,
          '--x/v1': ref,
          'ü/v1': ref,
        });
      });

      it('that are hostile, without harm', async () => {
        const { path, ref, directory: origin } = await repository({ a: '1' });
        const names = ['good/v1', 'latin\xe9/v1', `${'long/'.repeat(120)}v1`, `${'v'.repeat(200)}/v9`];
        const many = Array.from({ length: 110_000 }, (__, at) => `many/${String(at).padStart(6, '0')}/v1.0.0`);
        const lines = [...names, ...many].sort().map((each) => `${ref} refs/tags/${each}\n`);
        await writeFile(join(origin, 'packed-refs'), `# pack-refs with: peeled fully-peeled sorted \n${lines.join('')}`, 'latin1');
        const listed = new Set((await client.listVersionTags(remote(path), options)).map((tag) => tag.name));
        expect(listed.size).toBe(100_000);
        expect(listed.has('good/v1')).toBe(true);
        for (const bad of ['latin\xe9/v1', 'latin\ufffd/v1', 'latin\udce9/v1', names[2] ?? '']) expect(listed.has(bad)).toBe(false);
      });

      it('of which there are none', async () => {
        const { path } = await repository({ a: '1' });
        expect(await client.listVersionTags(remote(path), options)).toEqual([]);
      });
    });

    it.each([404, 401, 403])('says when it may list no tags (%i)', async (status) => {
      const { path } = await repository({ a: '1' });
      server.fault = () => ({ status });
      await expect(client.listVersionTags(remote(path), options)).rejects.toMatchObject({
        errorType: 'RepositoryAccessError',
      });
    });

    it('stops a listing of tags at the signal', async () => {
      const { path } = await repository({ a: '1' });
      const abort = new AbortController();
      server.fault = () => {
        abort.abort(new Error('cancelled'));
        return 'hang';
      };
      await expect(client.listVersionTags(remote(path), { signal: abort.signal })).rejects.toThrow('cancelled');
    });

    it.each(['nonsense', '0000', `003d${MISSING} refs/tags/v1`])('survives garbage for tags: %j', async (body) => {
      const { path } = await repository({ a: '1' });
      server.fault = (request) =>
        request.method === 'POST'
          ? { status: 200, headers: { 'Content-Type': 'application/x-git-upload-pack-result' }, body }
          : undefined;
      const listed = await client.listVersionTags(remote(path), options).catch((error: unknown) => {
        expect(error instanceof TransientFailure ? error.error : error).toMatchObject({
          errorType: 'RepositoryAccessError',
        });
        return [];
      });
      for (const { target } of listed) expect(target).toMatch(/^[0-9a-f]{40}$/);
    });

    it('finds ancestors in a history, or says that it needs the git command', async () => {
      const created = await server.createRepository(`compliance/${(serial += 1)}.git`);
      const commits: string[] = [];
      for (const text of ['1', '2', '3']) commits.push(await created.commit({ files: { a: text } }));
      const other = await created.commit({ files: { a: 'x' }, branch: 'other' });
      const [first = '', second = '', third = ''] = commits;
      await client.initialize(directory, options);
      const found = client
        .fetchHistory(directory, remote(`compliance/${serial}.git`), second, options)
        .then(() => client.ancestorsAmong(directory, second, new Set([first, second, third, other, MISSING]), options));
      if (client.name === 'git command') expect(await found).toEqual(new Set([first, second]));
      else await expect(found).rejects.toMatchObject({ errorType: 'UnsupportedFeature' });
    });

    it('ends a listing and a reading that nobody finishes', async () => {
      const { path, ref } = await repository(
        Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`f${at}`, `${at}`])),
      );
      await fetched(path, ref);
      for await (const entry of client.listTree(directory, ref, options)) {
        expect(entry.mode).toBe('100644');
        break;
      }
      for await (const { size } of client.readBlobs(directory, client.listTree(directory, ref, options), options)) {
        expect(size).toBeGreaterThan(0);
        break;
      }
    });
  });
}
