import { expect, it } from '@jest/globals';
import { parseMarker } from './marker.js';
import { canHold } from './marker-reach.js';

it.each<[string, boolean]>([
  ['python_version == "3.3"', false],
  ['python_version < "3.7"', false],
  ['python_version < "3"', false],
  ['python_version < "3.8"', true],
  ['python_version >= "3.8"', true],
  ['python_version >= "3.12" and python_version < "3.11"', false],
  ['python_version != "3.3"', true],
  ['python_full_version < "3.11.0a7"', true],
  ['python_full_version == "3.9.7"', true],
  ['python_full_version == "3.6.7"', false],
  ['python_full_version <= "3.7.0"', true],
  ['sys_platform == "win32"', false],
  ['sys_platform != "win32"', true],
  ['sys_platform == "linux"', true],
  ['os_name == "nt"', false],
  ['platform_system == "Darwin" or python_version >= "3.9"', true],
  ['platform_system == "Darwin" and python_version >= "3.9"', false],
  ['python_version < "3" and extra == "x" or sys_platform == "linux"', true],
  ['python_version < "3" and (extra == "x" or sys_platform == "linux")', false],
  ['platform_machine == "s390x"', true],
  ['"win" in sys_platform', true],
  ['implementation_name == "pypy"', true],
  ['python_version == "not a version"', false],
])('%s may hold: %s', (marker, expected) => {
  expect(canHold(parseMarker(marker, { file: 'requirements.txt', line: 1 }))).toBe(expected);
});
