import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
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
