import { expect, it } from '@jest/globals';
import { servedFiles } from './served-files.js';

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
