import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { issuerKey, publicJwk } from '../../../test/support/oidc-issuer.js';
import type { OidcIssuer } from '../../config/index.js';
import {
  type Certificate,
  makeCertificate,
  type ProxyServer,
  type Running,
  serveProxy,
  serveTls,
} from '../../download/__fixtures__/servers.js';
import { IssuerDocuments } from './issuer-documents.js';

const HEADER = { alg: 'ES256', kid: 'one' };

describe('documents of an issuer with a certificate of its own', () => {
  const key = issuerKey('one', 'ES256');
  let certificate: Certificate;
  let server: Running;
  let proxy: ProxyServer;

  beforeAll(async () => {
    certificate = makeCertificate('DNS:issuer.test', 'IP:127.0.0.1');
    server = await serveTls(certificate, (_, response) => response.end(JSON.stringify({ keys: [publicJwk(key)] })));
    proxy = await serveProxy();
    proxy.names.set('issuer.test', server.port);
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
  });

  async function find(jwksUri: string, ca: string | undefined, https: string | undefined, noProxy = ''): Promise<unknown> {
    const issuer = { issuer: 'https://issuer.test', jwksUri, caCertificates: ca } as OidcIssuer;
    const documents = new IssuerDocuments(issuer, { http: undefined, https, noProxy });
    try {
      return await (await documents.fetchKeys())(HEADER);
    } finally {
      documents.close();
    }
  }

  const proxyUrl = (): string => `http://user:s%3acret@127.0.0.1:${proxy.port}/`;

  it('are fetched when it is trusted by ca_file, else not', async () => {
    expect(await find(`${server.url}/keys`, certificate.cert, undefined)).toBeDefined();
    await expect(find(`${server.url}/keys`, undefined, undefined)).rejects.toThrow(/cannot be fetched \(DEPTH_ZERO_SELF/);
  });

  it('are fetched through the proxy, which gets its own credentials; not where NO_PROXY says so', async () => {
    expect(await find('https://issuer.test/keys', certificate.cert, proxyUrl())).toBeDefined();
    const authorization = `Basic ${Buffer.from('user:s:cret').toString('base64')}`;
    expect(proxy.seen).toMatchObject([{ line: 'CONNECT issuer.test:443', authorization }]);
    await expect(find('https://issuer.test/keys', undefined, proxyUrl())).rejects.toThrow(/SELF_SIGNED/);
    const before = proxy.seen.length;
    expect(await find(`${server.url}/keys`, certificate.cert, proxyUrl(), '127.0.0.1')).toBeDefined();
    expect(proxy.seen.length).toBe(before);
  });
});
