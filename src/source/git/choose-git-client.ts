import { homedir } from 'node:os';
import { Logger } from '@nestjs/common';
import { execa } from 'execa';
import type { Configuration } from '../../config/index.js';
import { CommandGitClient } from './command/command-git-client.js';
import { localEnvironment } from './command/environment.js';
import type { GitClient } from './git-client.js';
import { IsomorphicGitClient } from './isomorphic/isomorphic-git-client.js';

/** Before this version `http.curloptResolve` was ignored: the address of a host could change after it was judged. */
const OLDEST = [2, 37] as const;

/** The git command where it is new enough, else isomorphic-git. Asked once, at start; says so in the log. */
export async function chooseGitClient({ worker, outbound }: Configuration): Promise<GitClient> {
  const logger = new Logger('GitClient');
  const version = await gitVersion();
  if (version !== undefined && isNewEnough(version)) {
    logger.log(`Using the git command, version ${version}`);
    return new CommandGitClient({ timeout: worker.subprocessTimeout, home: homedir() });
  }
  const found = version === undefined ? 'There is no git command' : `git ${version} is too old`;
  logger.warn(
    `${found}: using isomorphic-git. It fetches public and .netrc-protected repositories over http(s) up to ` +
      `100 MB, and no history. Install git ${OLDEST.join('.')} or newer for the rest.`,
  );
  return new IsomorphicGitClient({
    timeout: worker.subprocessTimeout,
    allowedPrivateNetworks: outbound.allowedPrivateNetworks,
  });
}

async function gitVersion(): Promise<string | undefined> {
  const result = await execa('git', ['--version'], {
    reject: false,
    timeout: 10_000,
    env: localEnvironment(),
    extendEnv: false,
  });
  return /^git version (\d+\.\d+(?:\.\d+)*)/.exec(result.stdout ?? '')?.[1];
}

/** Whether a version of git pins addresses. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
