import { dirname, resolve } from 'node:path';
import { OIDC_ALGORITHMS, type OidcBrowserLogin, type OidcIssuer } from './oidc.js';
import { prefixOf, readRules } from './oidc-rules.js';
import { WrongValue } from './options/option.js';
import { Fields, text, textList } from './upstreams/fields.js';
import { readCertificates, readSmallFile } from './upstreams/small-files.js';
import { parseYaml, YamlProblem } from './upstreams/yaml-text.js';
import { isLoopback } from './loopback.js';

const MAX_SIZE = 1024 * 1024;
const BROWSER_KEYS = ['authorization_endpoint', 'token_endpoint', 'scopes'];

/**
 * Reads the file of OpenID Connect issuers. `problems` are sentences with their place in the file that show no value;
 * with one, `issuers` is of no use.
 */
export function readOidcIssuers(file: string): { issuers: OidcIssuer[]; problems: string[] } {
  try {
    const document = parseYaml(readSmallFile(resolve(file), MAX_SIZE));
    if (!Array.isArray(document) || document.length === 0) throw new WrongValue('must hold a list of issuers');
    const problems: string[] = [];
    const found = document.map((item: unknown, at) => readIssuer(item, `[${at}]`, dirname(resolve(file)), problems));
    const issuers = found.filter((issuer) => issuer !== undefined);
    refuseTwins(issuers, problems);
    return { issuers, problems };
  } catch (error) {
    if (error instanceof WrongValue || error instanceof YamlProblem) return { issuers: [], problems: [error.message] };
    throw error;
  }
}

function readIssuer(item: unknown, place: string, directory: string, problems: string[]): OidcIssuer | undefined {
  if (!(item instanceof Map)) {
    problems.push(`${place} must be a map with the keys issuer, audience and rules`);
    return undefined;
  }
  const fields = new Fields(item, place, problems);
  const issuer = fields.required('issuer', address);
  const audiences = fields.required('audience', (value) => (Array.isArray(value) ? textList(value) : [text(value)]));
  const rules = fields.required('rules', (value) => readRules(value, `${place}.rules`, problems));
  const found = {
    jwksUri: fields.get('jwks_uri', address),
    algorithms: fields.get('algorithms', algorithms) ?? [...OIDC_ALGORITHMS],
    caCertificates: fields.get('ca_file', (value) => readCertificates(resolve(directory, text(value)))),
    browser: readBrowserLogin(fields, place),
  };
  fields.finish();
  if (issuer === undefined || audiences === undefined || rules === undefined) return undefined;
  return { issuer, audiences, rules, ...found };
}

function readBrowserLogin(fields: Fields, place: string): OidcBrowserLogin | undefined {
  if (!fields.has('client_id')) {
    const useless = BROWSER_KEYS.filter((key) => fields.has(key));
    if (useless.length > 0) fields.complain(`${place} has ${useless.join(', ')} without client_id`);
    return undefined;
  }
  const clientId = fields.required('client_id', text);
  const authorizationEndpoint = fields.required('authorization_endpoint', address);
  const tokenEndpoint = fields.required('token_endpoint', address);
  const scopes = fields.get('scopes', textList) ?? ['openid'];
  if (clientId === undefined || authorizationEndpoint === undefined || tokenEndpoint === undefined) return undefined;
  return { clientId, authorizationEndpoint, tokenEndpoint, scopes };
}

/** Compared with `iss` as it is written, so nothing of it is changed. Plain http does not leave this host. */
function address(value: unknown): string {
  const written = typeof value === 'string' ? value : '';
  const isPlain = /^https?:\/\/[\x21-\x7e]{1,2000}$/.test(written) && !/[@?#\\]|^https?:\/\/\//.test(written);
  const url = isPlain && URL.canParse(written) ? new URL(written) : undefined;
  if (url !== undefined && (url.protocol === 'https:' || isLoopback(url.hostname))) return written;
  throw new WrongValue('must be an https address without user, query and fragment (http only for loopback)');
}

function algorithms(value: unknown): string[] {
  const names = textList(value);
  if (names.every((name) => OIDC_ALGORITHMS.some((known) => known === name))) return names;
  throw new WrongValue(`must be a list of some of ${OIDC_ALGORITHMS.join(', ')}`);
}

function refuseTwins(issuers: readonly OidcIssuer[], problems: string[]): void {
  // Whose user names begin so: no issuer can make those of another one.
  const owners = new Map<string, string>();
  for (const [at, { issuer, rules }] of issuers.entries()) {
    const first = issuers.findIndex((each) => each.issuer === issuer);
    if (first < at) problems.push(`[${at}].issuer is the same as [${first}].issuer`);
    for (const prefix of rules.map(prefixOf).filter((each) => each !== undefined)) {
      const owner = owners.get(prefix) ?? issuer;
      owners.set(prefix, owner);
      if (owner !== issuer) {
        problems.push(`[${at}].rules has user names that begin with "${prefix}", as those of another issuer do`);
      }
    }
  }
  // Swagger UI knows one client only.
  const browsers = issuers.filter(({ browser }) => browser !== undefined);
  if (browsers.length > 1) problems.push('only one issuer may have client_id');
}
