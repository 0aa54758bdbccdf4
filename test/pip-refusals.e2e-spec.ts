import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { madeSdist, madeWheel, pythonArchive } from './support/pip-made.js';
import { type PipSituation, PipSituations, requiring, WHO } from './support/pip-situation.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const ZEROS = '0'.repeat(64);

describe('Python projects that are refused', () => {
  let situations: PipSituations;

  beforeAll(async () => {
    situations = await PipSituations.start();
    const { index } = situations;
    for (const name of ['kite', 'owl']) {
      index.add(name, { name: `${name}-1.0.tar.gz`, content: await madeSdist(name, '1.0') });
    }
    index.add('gull', { name: 'gull-2.0.tar.gz', content: await madeSdist('gull', '2.0'), yanked: 'broken' });
    index.add('heron', { name: 'heron-1.0-py3-none-any.whl', content: await madeWheel('heron', '1.0') });
    index.add('fake', { name: 'fake-1.0.tar.gz', content: Buffer.from('this is no archive') });
    index.add('bare', { name: 'bare-1.0.tar.gz', content: await pythonArchive('gz', 'bare-1.0', { 'setup.py': '' }) });
    index.add('half', { name: 'half-1.0.tar.gz', content: (await madeSdist('half', '1.0')).subarray(0, 300) });
  });

  afterAll(() => situations?.stop());

  it.each<[string, PipSituation, string, RegExp]>([
    ['no name and version', { files: { 'README.md': '' } }, 'InvalidRequestData', /name.*version|version.*name/s],
    ['no version', { files: { 'setup.cfg': '[metadata]\nname = app\n' } }, 'InvalidRequestData', /version/],
    [
      'a version outside of the package',
      { files: { 'setup.cfg': '[metadata]\nname = app\nversion = file: ../../x\n' } },
      'ValidationError',
      /\.\./,
    ],
    [
      'two packages with one name and version',
      { files: { 'a/setup.cfg': WHO['setup.cfg'], 'b/setup.cfg': WHO['setup.cfg'] }, packages: [{ path: 'a' }, { path: 'b' }] },
      'InvalidRequestData',
      /app/,
    ],
    ['a file that is not there', { files: WHO, packages: [{ requirements_files: ['none.txt'] }] }, 'FileAccessError', /none\.txt/],
    ['a file that is included and not there', requiring('-r none.txt'), 'ValidationError', /none\.txt/],
    ['a file that includes itself', requiring('-r ./requirements.txt'), 'ValidationError', /include/],
    ['no pin', requiring('kite'), 'ValidationError', /kite/],
    ['a range', requiring('kite>=1.0'), 'ValidationError', /kite/],
    ['two specifiers', requiring('kite==1.0,!=2'), 'ValidationError', /kite/],
    ['a wildcard', requiring('kite==1.*'), 'InvalidRequestData', /kite/],
    ['a version that does not exist', requiring('kite==1.5'), 'InvalidRequestData', /kite.*1\.0/s],
    ['a project that does not exist', requiring('nobody==1'), 'InvalidRequestData', /nobody/],
    ['two requirements on a line', requiring('kite==1.0 owl==1.0'), 'ValidationError', /line 1|:1/],
    ['an unknown option', requiring('--config-settings=x', 'kite==1.0'), 'ValidationError', /config-settings/],
    ['a glued option', requiring('-rother.txt'), 'ValidationError', /./],
    ['another index besides', requiring('--extra-index-url https://x.test/', 'kite==1.0'), 'ValidationError', /extra-index-url/],
    ['a place to find links', requiring('--no-index', '-f ./wheels', 'kite==1.0'), 'ValidationError', /find-links|-f/],
    ['a path out of the repository', requiring('-e ../../other'), 'ValidationError', /\.\./],
    ['an absolute file', requiring('kite @ file:///etc/kite-1.0.tar.gz'), 'ValidationError', /./],
    ['ssh', requiring(`eel @ git+ssh://git@git.test/eel@${COMMIT}`), 'ValidationError', /ssh/],
    ['Subversion', requiring(`eel @ svn+http://svn.test/eel@${COMMIT}`), 'ValidationError', /svn/],
    ['a short commit', requiring('eel @ git+http://127.0.0.1/eel.git@0123abc'), 'ValidationError', /commit/],
    ['a branch', requiring('eel @ git+http://127.0.0.1/eel.git@main'), 'ValidationError', /commit/],
    ['a commit in the host', requiring(`eel @ git+http://127.0.0.1@${COMMIT}`), 'ValidationError', /./],
    ['a commit in the fragment', requiring(`git+http://127.0.0.1/eel.git#egg=eel@${COMMIT}`), 'ValidationError', /./],
    ['no name', requiring(`git+http://127.0.0.1/eel.git@${COMMIT}`), 'ValidationError', /name/],
    ['an address without hash', requiring('eel @ http://127.0.0.1/eel.tar.gz'), 'ValidationError', /hash/],
    [
      'an address with two hashes',
      requiring(`eel @ http://127.0.0.1/eel.tar.gz#cachito_hash=sha256:${ZEROS} --hash=sha256:${ZEROS.replace('0', '1')}`),
      'ValidationError',
      /hash/,
    ],
    ['an extension in the host only', requiring(`eel @ http://host.tar.gz#cachito_hash=sha256:${ZEROS}`), 'ValidationError', /\.tar\.gz/],
    ['an extension in the query only', requiring(`eel @ http://x.test/eel?f=.zip#cachito_hash=sha256:${ZEROS}`), 'ValidationError', /\.zip/],
    ['a wheel at an address', requiring(`eel @ http://x.test/eel-1-py3-none-any.whl#sha256=${ZEROS}`), 'ValidationError', /\.tar\.gz/],
    ['hashes for some', requiring(`kite==1.0 --hash=sha256:${ZEROS}`, 'owl==1.0'), 'ValidationError', /owl/],
    ['hashes required for all', requiring('--require-hashes', 'kite==1.0'), 'ValidationError', /kite/],
    ['an empty hash', requiring('kite==1.0 --hash=sha256:'), 'ValidationError', /hash/],
    ['a hostile hash', requiring('eel @ http://x.test/e.zip#cachito_hash=sha256:../../../../etc/passwd'), 'ValidationError', /./],
    ['only yanked files', requiring('gull==2.0'), 'InvalidRequestData', /yanked.*broken/s],
    ['only wheels', requiring('heron==1.0'), 'InvalidRequestData', /heron.*(?:source distribution|sdist)/s],
    ['no archive', requiring('fake==1.0'), 'ValidationError', /fake/],
    ['an archive without PKG-INFO', requiring('bare==1.0'), 'ValidationError', /bare.*PKG-INFO/s],
    ['half an archive', requiring('half==1.0'), 'ValidationError', /half/],
    ['bytes that are no text', { files: { ...WHO, 'requirements.txt': Buffer.from([0x6b, 0xff, 0xfe]) } }, 'ValidationError', /UTF-8/],
  ])('%s', async (_, situation, type, reason) => {
    await situations.expectFailure(situation, type, reason);
  });
});
