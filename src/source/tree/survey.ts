import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { InvalidFileFormat, ValidationError } from '../../errors/index.js';
import type { GitCallOptions, GitClient, GitTreeEntry } from '../git/git-client.js';
import type { MirroredCommit } from '../mirror/mirrors.js';
import type { Gitlink } from '../submodules/submodule-plan.js';
import { TreeChecker, type TreeTotals } from './tree-checker.js';

const MAX_GITMODULES = 1024 * 1024;

/** What is known of a tree after its first reading. */
export interface Survey {
  gitlinks: Gitlink[];
  /** The entry of `.gitmodules` in the root. */
  gitmodules: GitTreeEntry | undefined;
}

/** Reads the names of a whole tree and checks them, before anything of it is stored. Throws `ValidationError`. */
export async function survey(
  client: GitClient,
  { directory, commit }: MirroredCommit,
  totals: TreeTotals,
  options: GitCallOptions,
): Promise<Survey> {
  const checker = new TreeChecker(totals);
  const result: Survey = { gitlinks: [], gitmodules: undefined };
  for await (const entry of client.listTree(directory, commit.id, options)) {
    checker.check(entry);
    if (entry.mode === '160000') result.gitlinks.push({ path: entry.path, id: entry.id });
    if (entry.path === '.gitmodules') result.gitmodules = entry;
  }
  return result;
}

/** The text of `.gitmodules`; empty when there is none. Must be a regular file: a link could point anywhere. */
export async function readGitmodules(
  client: GitClient,
  { directory }: MirroredCommit,
  entry: GitTreeEntry | undefined,
  options: GitCallOptions,
): Promise<string> {
  if (entry === undefined) return '';
  if (!entry.mode.startsWith('100')) throw new ValidationError('.gitmodules must be a regular file.');
  for await (const { size, content } of client.readBlobs(directory, only(entry), options)) {
    if (size > MAX_GITMODULES) throw new InvalidFileFormat(`.gitmodules is larger than ${MAX_GITMODULES} bytes.`);
    return (await buffer(Readable.from(content))).toString('utf8');
  }
  return '';
}

async function* only<T>(item: T): AsyncIterable<T> {
  yield item;
}
