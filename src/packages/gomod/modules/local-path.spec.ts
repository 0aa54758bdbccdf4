import { expect, it } from '@jest/globals';
import { isLocalPath } from './local-path.js';

it.each(['.', '..', './x', '../x', './', '../../x/y', '/srv/x', '/', '.\\x', '..\\x', '\\srv', '\\\\host\\x', 'C:\\x', 'c:x', 'C:/x', './a b'])(
  '%j is a directory',
  (text) => expect(isLocalPath(text)).toBe(true),
);

it.each(['', 'x', 'x/./y', '...', '.x', '..x', '.../x', 'example.org/x', 'CC:\\x', '1:\\x', ' ./x', '~/x', 'file:///x', 'é:x', '.\n/x'])(
  '%j is the path of a module, or nothing',
  (text) => expect(isLocalPath(text)).toBe(false),
);
