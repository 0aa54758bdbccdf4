import { expect, it } from '@jest/globals';
import { TransientFailure } from '../../../download/index.js';
import type { Remote } from '../../remote/remote.js';
import { localFailure, remoteFailure } from './failures.js';
import { GitFailure } from './git-process.js';

const REMOTE: Remote = {
  transport: 'https',
  url: 'https://git.example.org/a.git',
  host: 'git.example.org',
  port: 443,
  addresses: ['192.0.2.1'],
  authorization: undefined,
};

function failed(stderr: string): GitFailure {
  return new GitFailure('fetch', 128, stderr);
}

it.each([
  'fatal: write error: No space left on device',
  "fatal: sha1 file 'objects/pack/tmp_idx_fT7S2l' write error. Out of diskspace",
  'fatal: unable to write file: Disk quota exceeded',
])('knows a full disk by %j', (stderr) => {
  const failure = failed(stderr);
  for (const error of [remoteFailure(failure, REMOTE, 'a'.repeat(40), '/data/mirrors/a'), localFailure(failure)]) {
    expect(error).toMatchObject({ name: 'FileAccessError', message: expect.stringMatching(/disk of the service is full/) });
  }
});

it('does not believe a remote that says so', () => {
  const error = remoteFailure(failed('remote: Out of diskspace\nfatal: early EOF'), REMOTE, 'a'.repeat(40), '/data/mirrors/a');
  expect(error).toBeInstanceOf(TransientFailure);
});
