import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { execa } from 'execa';
import { itWithTool } from '../../../../test/support/tools.js';
import { parseGoWork } from './go-work-file.js';

const TEXT = `// Everything
go 1.22.3 // at least
toolchain go1.23.0

use . // the root
use (
	./cmd/kite
	"../with space"
	/srv/kite
)

godebug default=go1.21

replace example.org/a v1.0.0 => example.org/b v1.2.3
replace (
	example.org/c => ./c
)
`;

it('reads a go.work', () => {
  expect(parseGoWork(TEXT, 'go.work')).toEqual({
    go: '1.22.3',
    toolchain: 'go1.23.0',
    use: ['.', './cmd/kite', '../with space', '/srv/kite'],
    replace: [
      { path: 'example.org/a', version: 'v1.0.0', newPath: 'example.org/b', newVersion: 'v1.2.3' },
      { path: 'example.org/c', newPath: './c' },
    ],
  });
  expect(parseGoWork('future syntax\n', 'go.work')).toEqual({ go: undefined, toolchain: undefined, use: [], replace: [] });
});

itWithTool('go', 'reads of it what go reads', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'go-work-'));
  try {
    await writeFile(join(directory, 'go.work'), TEXT);
    const { stdout } = await execa('go', ['work', 'edit', '-json', join(directory, 'go.work')], { env: { GOTOOLCHAIN: 'local' } });
    const { Go, Use, Replace } = JSON.parse(stdout) as { Go: string; Use: { DiskPath: string }[]; Replace: { New: { Path: string } }[] };
    const { go, use, replace } = parseGoWork(TEXT, 'go.work');
    expect(go).toBe(Go);
    expect(use).toEqual(Use.map(({ DiskPath }) => DiskPath));
    expect(replace.map(({ newPath }) => newPath)).toEqual(Replace.map(({ New }) => New.Path));
  } finally {
    await rm(directory, { recursive: true });
  }
});
