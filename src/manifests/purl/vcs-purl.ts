import { percentEncode } from './percent-encoding.js';

/** Hosts with a purl type of their own. */
const FORGES = new Map([
  ['github.com', 'github'],
  ['bitbucket.org', 'bitbucket'],
]);

/** The purl of a commit in a git repository. Credentials in the address are left out. */
export function vcsPurl(name: string, url: string, ref: string): string {
  const address = withoutCredentials(url.replace(/\/+$/, ''));
  const parts = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/:]+)(?::\d*)?\/+(.+)\/([^/]+)$/i.exec(address);
  const forge = parts === null ? undefined : FORGES.get(parts[1].toLowerCase());
  if (parts === null || forge === undefined) return `pkg:generic/${name}?vcs_url=${percentEncode(`${address}@${ref}`)}`;
  const namespace = parts[2].toLowerCase();
  const repository = parts[3].toLowerCase().replace(/\.git$/, '');
  return `pkg:${forge}/${namespace}/${repository}@${ref}`;
}

/**
 * An address without user name and password, as it stands otherwise: query and fragment stay, and so does the user of
 * an ssh address, which is no secret. Anything that is no URL is returned as it is.
 */
export function withoutCredentials(url: string): string {
  const authority = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#\\]*@)/i.exec(url);
  if (authority === null) return url;
  const [matched, scheme, userInfo] = authority;
  const rest = url.slice(matched.length);
  const kept = /^(?:git\+)?ssh:/i.test(scheme) ? sshUser(userInfo) : '';
  return `${scheme}${kept}${rest}`;
}

function sshUser(userInfo: string): string {
  const user = userInfo.slice(0, -1).split(':')[0];
  return user === '' ? '' : `${user}@`;
}
