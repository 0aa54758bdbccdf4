import { expect, it } from '@jest/globals';
import { recordingJob } from './__fixtures__/recording-job.js';
import { markedRequirements } from './marked-requirements.js';
import { readProject } from './project.js';

const WHO = { 'setup.cfg': '[metadata]\nname = App\nversion = 1.0' };

async function linesOf(requirements: string): Promise<string[]> {
  const { job } = recordingJob({ files: { ...WHO, 'requirements.txt': requirements } });
  return markedRequirements([await readProject({ path: '.' }, job)]);
}

it.each<[string, string[]]>([
  ['kite==1', []],
  ["kite==1; python_version<'3'", ['requirements.txt, line 1: kite is for some environments only: python_version < "3"']],
  [
    'storm==2\nkite==1 ; sys_platform == "win32" and extra == "x"',
    ['requirements.txt, line 2: kite is for some environments only: sys_platform == "win32" and extra == "x"'],
  ],
])('%j', async (requirements, lines) => {
  expect(await linesOf(requirements)).toEqual(lines);
});

it('are counted when there are many', async () => {
  const requirements = Array.from({ length: 60 }, (_, at) => `kite${at}==1; os_name == "nt"`).join('\n');
  const lines = await linesOf(requirements);
  expect(lines).toHaveLength(51);
  expect(lines.at(-1)).toBe('10 more requirements are for some environments only.');
});
