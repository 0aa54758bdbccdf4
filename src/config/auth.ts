import { resolve } from 'node:path';
import type { Configuration, Role } from './configuration.js';
import { readKerberos } from './kerberos.js';
import { isLoopback } from './loopback.js';
import type { OidcIssuer } from './oidc.js';
import { readOidcIssuers } from './oidc-file.js';
import type { OptionReader } from './options/reader.js';
import { USED } from './options/used.js';
import { isOpenToOthers } from './signing-key.js';
import { readStaticTokens } from './static-tokens.js';

/** Who may call, and how callers log in. A worker, which nobody calls, reads no files for that. */
export function readAuth(reader: OptionReader, role: Role, warnings: string[]): Configuration['auth'] {
  const trustedProxies = reader.read(USED.trustedProxies, []);
  const ways = {
    trustedProxies,
    kerberos: role === 'worker' ? undefined : readKerberos(reader, warnings),
    oidcIssuers: role === 'worker' ? [] : readIssuers(reader),
    tokensFile: role === 'worker' ? undefined : readTokensFile(reader, warnings),
  };
  const isOpen = !canLogIn(ways) && isLoopback(reader.read(USED.host, '127.0.0.1'));
  return {
    ...ways,
    loginDisabled: reader.read(USED.loginDisabled, isOpen),
    remoteUserHeader: reader.read(USED.remoteUserHeader, 'x-remote-user'),
    clientCertificateSubjectHeader: reader.read(USED.clientCertificateSubjectHeader, 'x-ssl-client-s-dn'),
    clientCertificateVerdictHeader: reader.read(USED.clientCertificateVerdictHeader, 'x-ssl-client-verify'),
    userRepresentatives: reader.read(USED.userRepresentatives, []),
    workerUsernames: reader.read(USED.workerUsernames, []),
    administrators: reader.read(USED.administrators, []),
    readRequiresLogin: reader.read(USED.readRequiresLogin, false),
    hostReaders: reader.read(USED.hostReaders, {}),
    requestsPerMinute: reader.read(USED.requestsPerMinute, undefined),
    unfinishedRequests: reader.read(USED.unfinishedRequests, undefined),
  };
}

/** Whether there is a way to log in. */
export function canLogIn(auth: Pick<Configuration['auth'], 'trustedProxies' | 'kerberos' | 'oidcIssuers' | 'tokensFile'>): boolean {
  const { trustedProxies, kerberos, oidcIssuers, tokensFile } = auth;
  return trustedProxies.length > 0 || oidcIssuers.length > 0 || kerberos !== undefined || tokensFile !== undefined;
}

function readIssuers(reader: OptionReader): readonly OidcIssuer[] {
  const file = reader.read(USED.oidcFile, undefined);
  if (file === undefined) return [];
  const { issuers, problems } = readOidcIssuers(file);
  for (const problem of problems) reader.complain(`${USED.oidcFile.name} (${file}): ${problem}`);
  return issuers;
}

/** Its content is read again whenever it changes, by whoever judges tokens; what is wrong with it is told now. */
function readTokensFile(reader: OptionReader, warnings: string[]): string | undefined {
  const { name } = USED.tokensFile;
  const file = reader.read(USED.tokensFile, undefined);
  if (file === undefined) return undefined;
  const { problems } = readStaticTokens(file);
  for (const problem of problems) reader.complain(`${name} (${file}): ${problem}`);
  if (problems.length === 0 && isOpenToOthers(file)) {
    warnings.push(`${name} (${file}): other users of this host may read or change it; forbid it with chmod 600.`);
  }
  return resolve(file);
}
