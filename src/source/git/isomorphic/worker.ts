import fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import git from 'isomorphic-git';
import { decodePath } from '../../../archive/index.js';
import { AddressPolicy, HttpClient } from '../../../download/index.js';
import type { Remote } from '../../remote/remote.js';
import { type GitCommit, type GitTreeEntry, refOf } from '../git-client.js';
import { isVersionTag, MAX_LISTED_TAGS, type RemoteTag } from '../remote-tag.js';
import { httpPlugin } from './http.js';
import { WorkerError, type WorkerFailure, type WorkerRequest, type WorkerSettings } from './protocol.js';

/**
 * The thread that isomorphic-git works in: it blocks its event loop for as long as it unpacks. One worker serves one
 * bare repository; its memory goes with it.
 */
const { directory: gitdir, allowedPrivateNetworks, timeout } = workerData as WorkerSettings;
const ENTRIES_PER_ANSWER = 1000;

/** Keeps the pack in memory from one call to the next. */
const cache = {};
let listing: AsyncGenerator<GitTreeEntry> | undefined;

async function answer(request: WorkerRequest): Promise<unknown> {
  switch (request.call) {
    case 'initialize':
      return git.init({ fs, gitdir, bare: true, defaultBranch: 'main' });
    case 'fetch':
      return fetch(request.argument.remote, request.argument.commit);
    case 'commit':
      return commit(request.argument);
    case 'list':
      return list(request.argument);
    case 'tags':
      return tags(request.argument);
    case 'blob':
      // A copy: the blob may be a view into something large, which would be sent along.
      return new Uint8Array((await git.readBlob({ fs, gitdir, cache, oid: request.argument })).blob);
  }
}

async function fetch(remote: Remote, id: string): Promise<void> {
  const client = clientFor(remote);
  const http = httpPlugin(client, remote, timeout);
  try {
    // It wants to be told where references go, even with an address. Nowhere: their objects are not fetched.
    await git.setConfig({ fs, gitdir, path: 'remote.origin.fetch', value: '+refs/cachito-none/*:refs/cachito-none/*' });
    await git
      .fetch({ fs, http, gitdir, cache, url: remote.url, ref: id, singleBranch: true, depth: 1, tags: false })
      .catch(async (error) => {
        // Servers that give away tips only: everything that branches reach, the commit is among it or nowhere.
        if (!(error instanceof WorkerError) || error.failure.kind !== 'no-commit') throw error;
        await git.fetch({ fs, http, gitdir, cache, url: remote.url, singleBranch: false, tags: true });
      });
    // A commit that the server does not have is reported as success.
    if ((await read(id)) === undefined) throw new WorkerError({ kind: 'no-commit' });
    await git.writeRef({ fs, gitdir, ref: refOf(id), value: id, force: true });
  } finally {
    await client.close();
  }
}

async function tags(remote: Remote): Promise<RemoteTag[]> {
  const client = clientFor(remote);
  const http = httpPlugin(client, remote, timeout);
  try {
    const refs = await git.listServerRefs({ http, url: remote.url, prefix: 'refs/tags/', peelTags: true });
    return refs
      .map(({ ref, oid, peeled = oid }) => ({ name: ref.replace(/^refs\/tags\//, ''), target: peeled }))
      .filter(({ name, target }) => isVersionTag(name) && /^[0-9a-f]{40}$/.test(target))
      .slice(0, MAX_LISTED_TAGS);
  } finally {
    await client.close();
  }
}

/** Goes where the main thread found the repository, in the same way. Credentials are in the calls. */
function clientFor(remote: Remote): HttpClient {
  return new HttpClient({
    policy: new AddressPolicy(allowedPrivateNetworks, remote.isTrusted === true ? [remote] : []),
    connections: 1,
    timeout,
    access: [{ url: new URL('/', remote.url).href, authorization: undefined, ca: remote.ca }],
    proxies: { http: remote.proxy, https: remote.proxy, noProxy: '' },
  });
}

async function commit(id: string): Promise<GitCommit | undefined> {
  const fetched = await git.resolveRef({ fs, gitdir, ref: refOf(id) }).catch(() => undefined);
  return fetched === undefined ? undefined : read(id);
}

/** Undefined when there is no such object, or it is not a commit. */
async function read(id: string): Promise<GitCommit | undefined> {
  try {
    const found = await git.readCommit({ fs, gitdir, cache, oid: id });
    return { id: found.oid, time: found.commit.committer.timestamp };
  } catch (error) {
    if (codeOf(error) === 'NotFoundError' || codeOf(error) === 'ObjectTypeError') return undefined;
    throw error;
  }
}

async function list(id: string): Promise<GitTreeEntry[]> {
  listing ??= walk(id, '');
  const entries: GitTreeEntry[] = [];
  while (entries.length < ENTRIES_PER_ANSWER) {
    const next = await listing.next();
    if (next.done === true) break;
    entries.push(next.value);
  }
  return entries;
}

async function* walk(tree: string, prefix: string): AsyncGenerator<GitTreeEntry> {
  // The raw object: isomorphic-git reads names as UTF-8, which loses bytes that are not.
  const { object } = await git.readObject({ fs, gitdir, cache, oid: await treeOf(tree), format: 'content' });
  for (const { mode, name, id } of treeEntries(Buffer.from(object as Uint8Array))) {
    const path = prefix + name;
    yield { mode, id, path };
    if (mode === '040000') yield* walk(id, `${path}/`);
  }
}

async function treeOf(id: string): Promise<string> {
  return (await git.readTree({ fs, gitdir, cache, oid: id })).oid;
}

/** A tree object: `<mode> <name>NUL<20 bytes>`, again and again. */
function* treeEntries(object: Buffer): Generator<{ mode: string; name: string; id: string }> {
  for (let at = 0; at < object.length;) {
    const space = object.indexOf(0x20, at);
    const end = object.indexOf(0, space);
    if (space < 0 || end < 0 || end + 21 > object.length)
      throw new WorkerError({ kind: 'damaged', message: 'A tree is broken' });
    yield {
      mode: object.toString('latin1', at, space).padStart(6, '0'),
      name: decodePath(object.subarray(space + 1, end)),
      id: object.toString('hex', end + 1, end + 21),
    };
    at = end + 21;
  }
}

function failureOf(error: unknown): WorkerFailure {
  if (error instanceof WorkerError) return error.failure;
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  if (code === 'NotFoundError' || code === 'InternalError' || code === 'ENOENT') return { kind: 'damaged', message };
  return { kind: 'access', message: `isomorphic-git: ${message.slice(0, 200)}`, transient: false };
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

parentPort?.on('message', (request: WorkerRequest) => {
  answer(request).then(
    // Bytes are handed over, not copied: that would happen on the main thread too.
    (result) => parentPort?.postMessage({ result }, result instanceof Uint8Array ? [result.buffer as ArrayBuffer] : []),
    (error: unknown) => parentPort?.postMessage({ failure: failureOf(error) }),
  );
});
