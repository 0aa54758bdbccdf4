import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { issuerKey, OidcIssuers } from '../../../test/support/oidc-issuer.js';
import type { OidcIssuer } from '../../config/index.js';
import { IssuerDocuments } from './issuer-documents.js';
import { IssuerKeys, KeysUnavailable, UnknownKey } from './issuer-keys.js';

Logger.overrideLogger(false);

const MINUTE = 60_000;
const [old, fresh] = [issuerKey('old', 'ES256'), issuerKey('new', 'ES256')];
const header = (kid: string): { alg: string; kid: string } => ({ alg: 'ES256', kid });

describe('keys of an issuer', () => {
  let issuers: OidcIssuers;
  let documents: IssuerDocuments;
  let keys: IssuerKeys;
  let time = 0;

  beforeEach(async () => {
    time = 0;
    issuers = await OidcIssuers.start();
    const issuer = issuers.addIssuer('a', [old]);
    documents = new IssuerDocuments(
      { issuer, jwksUri: undefined, caCertificates: undefined } as OidcIssuer,
      { http: undefined, https: undefined, noProxy: '' },
    );
    keys = new IssuerKeys(issuer, () => documents.fetchKeys(), () => time);
  });
  afterEach(() => {
    documents.close();
    issuers.close();
  });

  it('are fetched once for many calls', async () => {
    await Promise.all(Array.from({ length: 20 }, () => keys.find(header('old'))));
    expect(issuers.asked).toEqual(['/a/.well-known/openid-configuration', '/a/keys']);
  });

  it('are rotated: an unknown one is looked for, but not more often than twice a minute', async () => {
    await keys.find(header('old'));
    issuers.addIssuer('a', [fresh]);
    time = 29_000;
    await expect(keys.find(header('new'))).rejects.toThrow(UnknownKey);
    time = 31_000;
    expect(await keys.find(header('new'))).toBeDefined();
    await expect(keys.find(header('old'))).rejects.toThrow(UnknownKey);
    expect(issuers.asked).toHaveLength(4);
  });

  it('that are withdrawn count no more after ten minutes', async () => {
    await keys.find(header('old'));
    issuers.addIssuer('a', [fresh]);
    time = 11 * MINUTE;
    await expect(keys.find(header('old'))).rejects.toThrow(UnknownKey);
  });

  it('go on to count for a day while the issuer is away; unknown ones cannot be judged', async () => {
    await keys.find(header('old'));
    issuers.addIssuer('a', [fresh], 'down');
    time = 23 * 60 * MINUTE;
    expect(await keys.find(header('old'))).toBeDefined();
    await expect(keys.find(header('new'))).rejects.toThrow(KeysUnavailable);
    time = 25 * 60 * MINUTE;
    await expect(keys.find(header('old'))).rejects.toThrow(KeysUnavailable);
    issuers.addIssuer('a', [old]);
    time += 31_000;
    expect(await keys.find(header('old'))).toBeDefined();
  });

  it('are of the kind that the algorithm needs', async () => {
    await expect(keys.find({ alg: 'RS256', kid: 'old' })).rejects.toThrow(UnknownKey);
  });
});
