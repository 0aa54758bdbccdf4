import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How the builder runs git: `local` without network, `fetch` from the repository's remote. */
export interface GitRunner {
  local(directory: string, args: readonly string[], input?: string): Promise<string>;
  fetch(directory: string, options: readonly string[], refspecs: readonly string[]): Promise<void>;
}

/** A partial repository: trees and blobs of old commits are absent and would be had from `origin`. */
const CONFIGURATION = (origin: string): string => `[core]
\trepositoryformatversion = 1
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
[extensions]
\tpartialClone = origin
[remote "origin"]
\turl = ${origin}
\tfetch = +refs/heads/*:refs/remotes/origin/*
\tpromisor = true
\tpartialclonefilter = tree:0
`;

/** What git makes by itself and a bundle has no use for. */
const UNNEEDED = ['description', 'hooks', 'info', 'branches', 'FETCH_HEAD', 'ORIG_HEAD', 'logs', 'refs/cachito'];

/**
 * Writes a `.git` directory: all commits and tags that lead to `commit` (by a fetch without trees), the trees and blobs
 * of `commit` itself (from `mirror`, no network), a detached `HEAD`, an index of its tree.
 */
export async function writeGitDirectory(
  target: string,
  mirror: string,
  commit: string,
  origin: string,
  git: GitRunner,
): Promise<void> {
  await mkdir(target, { recursive: true });
  await git.local(target, ['init', '-q', '--bare', '--template=', '--object-format=sha1', '.']);
  const objects = await git.local(mirror, ['rev-parse', '--git-path', 'objects']);
  await git.fetch(target, ['--filter=tree:0', '--force'], [`+${commit}:refs/cachito/head`, '+refs/tags/*:refs/tags/*']);
  // It borrows from the mirror until it has a pack of its own.
  await mkdir(join(target, 'objects', 'info'), { recursive: true });
  await writeFile(join(target, 'objects', 'info', 'alternates'), `${join(mirror, objects)}\n`);
  await git.local(
    target,
    ['pack-objects', '-q', '--revs', '--no-reuse-object', 'objects/pack/pack'],
    `${commit}^{tree}\n`,
  );
  await rm(join(target, 'objects', 'info', 'alternates'));
  await writeFile(join(target, 'HEAD'), `${commit}\n`);
  await git.local(target, ['update-ref', '-d', 'refs/cachito/head']);
  await git.local(target, ['pack-refs', '--all']);
  await git.local(target, ['read-tree', commit]);
  await writeFile(join(target, 'config'), CONFIGURATION(origin));
  for (const name of UNNEEDED) await rm(join(target, name), { recursive: true, force: true });
}
