/**
 * Archives one commit in a process of its own, so that a test can kill it: `node archive-child.mjs <database> <data> <repo>
 * <ref> <stop>`. With `stop` = `store` it hangs for ever once the first segment is stored. Runs the compiled code.
 */
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { AddressPolicy, HttpClient, Retries } from '../../dist/src/download/index.js';
import { SourceEntity } from '../../dist/src/source/entities/source.entity.js';
import { CommandGitClient } from '../../dist/src/source/git/command/command-git-client.js';
import { GitSourceArchive } from '../../dist/src/source/git-source-archive.js';
import { Mirrors } from '../../dist/src/source/mirror/mirrors.js';
import { Remotes } from '../../dist/src/source/remote/remotes.js';
import { SourceRows } from '../../dist/src/source/source-rows.js';
import { SourceStore } from '../../dist/src/source/source-store.js';
import { FilesystemBlobStore } from '../../dist/src/store/filesystem/filesystem-blob-store.js';

const [url, data, repo, ref, stop] = process.argv.slice(2);
const dataSource = await new DataSource({ type: 'postgres', url, entities: [SourceEntity] }).initialize();
const client = new CommandGitClient({ timeout: 60_000, home: data });
const http = new HttpClient({ policy: new AddressPolicy(['127.0.0.0/8']), connections: 5, timeout: 60_000, home: data });
const mirrors = new Mirrors(join(data, 'mirrors'), client, new Remotes(http), new Retries());
const store = new FilesystemBlobStore(join(data, 'sources'));
const put = store.put.bind(store);
store.put = async (content, options) => {
  const blob = await put(content, options);
  if (stop === 'store') {
    process.stdout.write('stored\n');
    await new Promise(() => setInterval(() => undefined, 1000));
  }
  return blob;
};
const configuration = { directories: { temporary: join(data, 'temporary') }, outbound: { maxSourceSize: 2 ** 40 } };
const rows = new SourceRows(dataSource.getRepository(SourceEntity));
const archive = new GitSourceArchive(configuration, client, mirrors, rows, new SourceStore(store), store);
const options = { signal: new AbortController().signal, log: () => undefined };
const source = await archive.archive({ repo, ref, withSubmodules: false }, options);
process.stdout.write(`done ${source.id}\n`);
process.exit(0);
