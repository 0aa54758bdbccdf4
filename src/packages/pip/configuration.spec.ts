import { describe, expect, it } from '@jest/globals';
import { environment } from './configuration.js';

const HOSTED = [{ fill: 'registry-url-with-credentials', repository: 'hosted' }, 'simple'];

describe('environment', () => {
  const usual = [
    ['PIP_INDEX_URL', HOSTED, 'literal', 'registry', undefined],
    ['PIP_TRUSTED_HOST', [{ fill: 'registry-authority' }], 'literal', 'registry', undefined],
    ['UV_DEFAULT_INDEX', HOSTED, 'literal', 'registry', 'uv'],
    ['PIP_FIND_LINKS', 'deps/pip/links.html', 'path', 'offline', undefined],
    ['PIP_NO_INDEX', 'true', 'literal', 'offline', undefined],
    ['UV_NO_INDEX', ['true'], 'literal', 'offline', 'uv'],
    ['UV_OFFLINE', ['true'], 'literal', 'offline', 'uv'],
  ];
  const links = (place: string) => ['UV_FIND_LINKS', [place], 'path', 'offline', 'uv'];
  const certificates = [
    ['PIP_CERT', 'app/package-index-ca.pem', 'path', 'registry', undefined],
    ['SSL_CERT_FILE', ['app/package-index-ca.pem'], 'path', 'registry', 'uv'],
  ];

  it.each([
    ['usual', undefined, false, [...usual, links('deps/pip/links.html')]],
    ['with certificates', 'PEM', false, [...usual, links('deps/pip/links.html'), ...certificates]],
    ['of files that lie together', undefined, true, [...usual, links('deps/pip')]],
    ['of both', 'PEM', true, [...usual, links('deps/pip'), ...certificates]],
  ])('%s', (_name, caCertificates, flat, expected) => {
    const variables = environment({ caCertificates, flat });
    expect(variables.map(({ name, value, kind, mode, client }) => [name, value, kind, mode, client])).toEqual(expected);
    expect(variables.filter(({ plainHttpOnly }) => plainHttpOnly).map(({ name }) => name)).toEqual(['PIP_TRUSTED_HOST']);
  });
});
