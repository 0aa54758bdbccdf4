import { describe, expect, it } from '@jest/globals';
import type { ConfigurationFile } from '../package-manager.js';
import { ENVIRONMENT, npmrcFiles, pathToBundleRoot } from './configuration.js';

function rendered({ template }: ConfigurationFile): string {
  return template.map((piece) => (typeof piece === 'string' ? piece : `<${piece.fill}>`)).join('');
}

describe('.npmrc', () => {
  it.each([
    ['.', 'app/.npmrc'],
    ['web/ui', 'app/web/ui/.npmrc'],
  ])('for %s is %s', (directory, path) => {
    expect(npmrcFiles(directory, { quiet: false }).map((file) => [file.path, file.mode])).toEqual([
      [path, 'registry'],
      [path, 'offline'],
    ]);
  });

  it('for the registry of the request', () => {
    const [registry] = npmrcFiles('.', { quiet: false });
    expect(rendered(registry)).toBe(`registry=<registry-url>
email=noreply@domain.local
always-auth=true
<registry-location>:_auth=<registry-credentials>
fetch-retries=5
fetch-retry-factor=2
strict-ssl=true
`);
  });

  it('for the registry of the request, without messages', () => {
    const [registry] = npmrcFiles('.', { quiet: true });
    expect(rendered(registry)).toMatch(/strict-ssl=true\naudit=false\nfund=false\nupdate-notifier=false\n$/);
  });

  it.each([true, false])('offline, with %s', (quiet) => {
    const [, offline] = npmrcFiles('.', { quiet });
    expect(rendered(offline)).toBe('offline=true\naudit=false\nfund=false\nupdate-notifier=false\n');
  });
});

it.each([
  ['.', '../'],
  ['web', '../../'],
  ['web/ui', '../../../'],
])('the way from %s to the root of the bundle is %s', (directory, way) =>
  expect(pathToBundleRoot(directory)).toBe(way),
);

it('keeps install scripts from fetching', () => {
  expect(ENVIRONMENT.map(({ name, value, kind, mode }) => [`${name}=${value}`, kind, mode])).toEqual([
    ['CHROMEDRIVER_SKIP_DOWNLOAD=true', 'literal', undefined],
    ['CYPRESS_INSTALL_BINARY=0', 'literal', undefined],
    ['GECKODRIVER_SKIP_DOWNLOAD=true', 'literal', undefined],
    ['SKIP_SASS_BINARY_DOWNLOAD_FOR_CI=true', 'literal', undefined],
  ]);
});
