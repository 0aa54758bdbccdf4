import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issuerKey, makeToken, OidcIssuers } from './oidc-issuer.js';
import { Service } from './service.js';

/** A static token of `startLoginService`. */
export const STATIC_TOKEN = `cachito_${'t'.repeat(43)}`;

export interface LoginService {
  service: Service;
  issuers: OidcIssuers;
  close(): Promise<void>;
}

/** A service where reading needs a login: by a static token, or at an issuer that lets everybody in. */
export async function startLoginService(): Promise<LoginService> {
  const folder = await mkdtemp(join(tmpdir(), 'cachito-login-'));
  const key = issuerKey('one');
  const issuers = await OidcIssuers.start();
  const issuer = issuers.addIssuer('right', [key]);
  issuers.addClient('right', 'cachito-ui', () => makeToken(key, { iss: issuer, aud: 'cachito', sub: 'alice' }));
  const login = { client_id: 'cachito-ui', authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` };
  const rules = [{ claims: { sub: '*' }, user: 'sso:{sub}' }];
  await writeFile(join(folder, 'oidc.json'), JSON.stringify([{ issuer, audience: 'cachito', rules, ...login }]));
  const sha256 = createHash('sha256').update(STATIC_TOKEN).digest('hex');
  await writeFile(join(folder, 'tokens.json'), JSON.stringify([{ user: 'bot', sha256 }]), { mode: 0o600 });
  const service = await Service.start({
    CACHITO_OIDC_FILE: join(folder, 'oidc.json'),
    CACHITO_TOKENS_FILE: join(folder, 'tokens.json'),
    CACHITO_READ_REQUIRES_LOGIN: 'true',
  });
  const close = async (): Promise<void> => {
    await service.close();
    issuers.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { service, issuers, close };
}
