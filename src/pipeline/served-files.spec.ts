import { expect, it } from '@jest/globals';
import { servedFiles, servedVariables } from './served-files.js';

const repositoryPaths = { hosted: 'repository/hosted-7/', raw: 'repository/raw-7/' };
const ACCESS = { username: 'cachito-npm-7', password: 'secret', path: 'repository/cachito-npm-7/', repositoryPaths };

it('files get path and credentials of the registry; where service and bundle are is left open', () => {
  const files = servedFiles(
    [
      { path: 'app/package.json', template: ['{}'] },
      {
        path: 'app/.npmrc',
        mode: 'registry',
        template: [{ fill: 'registry-url' }, '\n', { fill: 'registry-location' }, '=', { fill: 'registry-credentials' }, ' ', { fill: 'registry-url-with-credentials' }],
      },
      { path: 'app/package-lock.json', mode: 'offline', template: [{ fill: 'bundle-directory', relative: '../' }] },
    ],
    ACCESS,
  );
  expect(files).toEqual([
    { path: 'app/package.json', mode: 'registry', template: ['{}'] },
    { path: 'app/package.json', mode: 'offline', template: ['{}'] },
    {
      path: 'app/.npmrc',
      mode: 'registry',
      template: [
        { fill: 'public-url' },
        '/repository/cachito-npm-7/',
        '\n',
        { fill: 'public-location' },
        '/repository/cachito-npm-7/',
        '=',
        Buffer.from('cachito-npm-7:secret').toString('base64'),
        ' ',
        { fill: 'public-scheme' },
        '//cachito-npm-7:secret@',
        { fill: 'public-host' },
        '/repository/cachito-npm-7/',
      ],
    },
    { path: 'app/package-lock.json', mode: 'offline', template: [{ fill: 'bundle-directory', relative: '../' }] },
  ]);
});

it('variables that are templates get the same; others are no business of the registry', () => {
  const location = ['//cachito-npm-7:secret@', { fill: 'public-host' }];
  expect(
    servedVariables(
      [
        { name: 'A', kind: 'literal', value: 'plain' },
        { name: 'B', kind: 'literal', value: [{ fill: 'registry-url-with-credentials', repository: 'hosted' }, 'simple'], mode: 'registry', client: 'uv' },
        { name: 'C', kind: 'literal', value: [{ fill: 'registry-authority' }], plainHttpOnly: true },
      ],
      ACCESS,
    ),
  ).toEqual([
    { name: 'B', kind: 'literal', mode: 'registry', client: 'uv', template: [{ fill: 'public-scheme' }, ...location, '/repository/hosted-7/', 'simple'] },
    { name: 'C', kind: 'literal', mode: 'registry', plainHttpOnly: true, template: [{ fill: 'public-authority' }] },
    { name: 'C', kind: 'literal', mode: 'offline', plainHttpOnly: true, template: [{ fill: 'public-authority' }] },
  ]);
});
