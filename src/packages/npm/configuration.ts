import type { ConfigurationFile, EnvironmentVariable, Template } from '../package-manager.js';

/** Keep install scripts from fetching what no lock file names. */
export const ENVIRONMENT: readonly EnvironmentVariable[] = [
  { name: 'CHROMEDRIVER_SKIP_DOWNLOAD', value: 'true', kind: 'literal' },
  { name: 'CYPRESS_INSTALL_BINARY', value: '0', kind: 'literal' },
  { name: 'GECKODRIVER_SKIP_DOWNLOAD', value: 'true', kind: 'literal' },
  { name: 'SKIP_SASS_BINARY_DOWNLOAD_FOR_CI', value: 'true', kind: 'literal' },
];

const QUIET = 'audit=false\nfund=false\nupdate-notifier=false\n';

/**
 * `.npmrc` of a package for both ways to build; it replaces one of the repository. npm 9 and later refuse credentials
 * without an address before them; yarn 1 needs `always-auth`. `quiet` turns off messages that need other services.
 */
export function npmrcFiles(directory: string, { quiet }: { quiet: boolean }): ConfigurationFile[] {
  const path = bundleFile(directory, '.npmrc');
  const registry: Template = [
    'registry=',
    { fill: 'registry-url' },
    '\nemail=noreply@domain.local\nalways-auth=true\n',
    { fill: 'registry-location' },
    ':_auth=',
    { fill: 'registry-credentials' },
    `\nfetch-retries=5\nfetch-retry-factor=2\nstrict-ssl=true\n${quiet ? QUIET : ''}`,
  ];
  return [
    { path, template: registry, mode: 'registry' },
    { path, template: [`offline=true\n${QUIET}`], mode: 'offline' },
  ];
}

/** Path in the unpacked bundle of a file in a directory of the repository. */
export function bundleFile(directory: string, name: string): string {
  return directory === '.' ? `app/${name}` : `app/${directory}/${name}`;
}

/** The way from a directory of the repository to the root of the unpacked bundle, with a slash at its end. */
export function pathToBundleRoot(directory: string): string {
  return '../'.repeat(bundleFile(directory, '').split('/').length - 1);
}
