import { describe, expect, it } from '@jest/globals';
import { readPyprojectAside, readSetupCfgAside, readSetupPyAside, readVersionVariableAside } from './read-aside.js';

/** More than is read at once. */
const LONG = `#${' '.repeat(20_000)}\n`;
const { signal } = new AbortController();

describe('long files', () => {
  it('say the same, in a thread', async () => {
    const py = { file: 'setup.py', text: `${LONG}v = (1, 2)\nsetup(name='a', version=v, setup_requires=['b'])` };
    expect(await readSetupPyAside(py, signal)).toEqual({ name: 'a', version: '1.2', setupRequires: ['b'] });
    expect(await readVersionVariableAside({ ...py, variable: 'v' }, signal)).toBe('1.2');
    const config = { file: 'setup.cfg', text: `${LONG}[metadata]\nname = a` };
    expect(await readSetupCfgAside(config, signal)).toMatchObject({ name: 'a' });
    const toml = { file: 'pyproject.toml', text: `${LONG}[tool.setuptools.package-dir]\na = "b"` };
    expect(await readPyprojectAside(toml, signal)).toMatchObject({ packageDirectories: new Map([['a', 'b']]), where: [] });
  });

  it('are refused as short ones are', async () => {
    await expect(readSetupPyAside({ file: 'setup.py', text: `${LONG}(` }, signal)).rejects.toMatchObject({
      errorType: 'InvalidFileFormat',
      message: '"setup.py" is not valid Python: see line 2.',
    });
  });

  it('are given up with the request', async () => {
    const aborted = AbortSignal.abort(new Error('stopped'));
    await expect(readSetupPyAside({ file: 'setup.py', text: LONG }, aborted)).rejects.toThrow('stopped');
  });
});
