import { createWriteStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { END_OF_TAR, GzipMember } from '../../src/archive/index.js';
import { type ConfigurationOverrides, testConfiguration } from '../../src/config/testing.js';
import { openTestDatabase, type TestDatabase } from '../../src/database/testing.js';
import { AddressPolicy, configuredEndpoints, HttpClient, Retries } from '../../src/download/index.js';
import { SourceEntity } from '../../src/source/entities/source.entity.js';
import { CommandGitClient } from '../../src/source/git/command/command-git-client.js';
import type { GitClient } from '../../src/source/git/git-client.js';
import { GitSourceArchive } from '../../src/source/git-source-archive.js';
import type { SourceSegment } from '../../src/source/index.js';
import { Mirrors } from '../../src/source/mirror/mirrors.js';
import { Remotes } from '../../src/source/remote/remotes.js';
import { SourceReferences } from '../../src/source/source-references.js';
import { SourceRows } from '../../src/source/source-rows.js';
import { SourceStore } from '../../src/source/source-store.js';
import { FilesystemBlobStore } from '../../src/store/filesystem/filesystem-blob-store.js';

/** The room `source` on a real database and a real store, without the rest of the application. */
export interface SourceFixture {
  archive: GitSourceArchive;
  references: SourceReferences;
  store: FilesystemBlobStore;
  database: TestDatabase;
  mirrors: Mirrors;
  client: GitClient;
  directories: { home: string; mirrors: string; sources: string; data: string };
  /** Lines of the log of all calls made with `options`. */
  lines: string[];
  options: { signal: AbortSignal; log: (level: string, message: string) => void };
  close(): Promise<void>;
}

export interface SourceFixtureOptions {
  configuration?: ConfigurationOverrides;
  client?: (settings: { timeout: number; home: string; allowedPrivateNetworks: readonly string[] }) => GitClient;
  /** Where an earlier fixture keeps its data, to work on the same. */
  data?: string;
  database?: TestDatabase;
}

export async function openSources(options: SourceFixtureOptions = {}): Promise<SourceFixture> {
  const configuration = testConfiguration({
    ...options.configuration,
    ...(options.data === undefined ? {} : { directories: { data: options.data } }),
  });
  const { directories, worker, outbound } = configuration;
  const home = join(directories.data, 'home');
  await mkdir(home, { recursive: true });
  const database = options.database ?? (await openTestDatabase({ entities: [SourceEntity] }));
  const { timeout, allowedPrivateNetworks } = { timeout: worker.subprocessTimeout, allowedPrivateNetworks: outbound.allowedPrivateNetworks };
  const { upstreams } = configuration;
  const http = new HttpClient({
    policy: new AddressPolicy(allowedPrivateNetworks, configuredEndpoints(upstreams)),
    connections: 10,
    timeout: outbound.timeout,
    access: upstreams.access,
    proxies: outbound.proxies,
    home,
  });
  const client = options.client?.({ timeout, home, allowedPrivateNetworks }) ?? new CommandGitClient({ timeout, home });
  const retries = new Retries({ attempts: 4, firstDelay: 5, maxDelay: 20, maxRetryAfter: 2000 });
  const mirrors = new Mirrors(directories.mirrors, client, new Remotes(http, upstreams.git), retries);
  const store = new FilesystemBlobStore(directories.sources);
  const rows = database.dataSource.getRepository(SourceEntity);
  const archive = new GitSourceArchive(configuration, client, mirrors, new SourceRows(rows), new SourceStore(store), store);
  const lines: string[] = [];
  return {
    archive,
    references: new SourceReferences(rows, store),
    store,
    database,
    mirrors,
    client,
    directories: { home, mirrors: directories.mirrors, sources: directories.sources, data: directories.data },
    lines,
    options: { signal: new AbortController().signal, log: (level, message) => lines.push(`${level}: ${message}`) },
    close: async () => {
      await http.close();
      await client.close();
      if (options.database === undefined) await database.close();
      if (options.data === undefined) await rm(directories.data, { recursive: true, force: true });
    },
  };
}

/** Unpacks segments with the system's tar; returns the folder, which holds `app/`. The caller removes it. */
export async function unpack(fixture: SourceFixture, segments: AsyncIterable<SourceSegment>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'unpacked-'));
  const file = join(directory, 'all.tar.gz');
  await pipeline(Readable.from(gzip(fixture, segments)), createWriteStream(file));
  await execa('tar', ['xzf', file, '-C', directory, '--no-same-owner']);
  await rm(file);
  return directory;
}

async function* gzip(fixture: SourceFixture, segments: AsyncIterable<SourceSegment>): AsyncIterable<Uint8Array> {
  const member = new GzipMember();
  yield member.header;
  for await (const segment of segments) {
    member.addDeflated(segment);
    yield* await fixture.store.read(segment.sha256);
  }
  yield* member.stored(Readable.from([END_OF_TAR]), END_OF_TAR.length);
  yield member.trailer();
}

/** Every file below a folder: `path → text`, executables as `*text`, links as `-> target`, empty folders as `/`. */
export async function filesBelow(directory: string, prefix = ''): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of (await readdir(join(directory, prefix))).sort()) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const stats = await lstat(join(directory, path));
    if (stats.isSymbolicLink()) files[path] = `-> ${await readlink(join(directory, path))}`;
    else if (!stats.isDirectory()) files[path] = `${(stats.mode & 0o111) === 0 ? '' : '*'}${await readFile(join(directory, path), 'utf8')}`;
    else if ((await readdir(join(directory, path))).length === 0) files[path] = '/';
    else Object.assign(files, await filesBelow(directory, path));
  }
  return files;
}
