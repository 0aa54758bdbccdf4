import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { git, type GitRepository, type GitServer } from './git-server.js';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** This project's own repository, as it is checked out here, behind the test server: real files, real history. */
export async function serveOwnRepository(server: GitServer): Promise<{ repository: GitRepository; commit: string }> {
  const repository = await server.createRepository('cachito/cachito.git');
  await git(repository.directory, ['fetch', '-q', '--update-shallow', ROOT, '+HEAD:refs/heads/main']);
  return { repository, commit: await git(repository.directory, ['rev-parse', 'refs/heads/main']) };
}
