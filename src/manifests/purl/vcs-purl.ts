import { percentEncode } from './percent-encoding.js';

/** Hosts with a purl type of their own. */
const FORGES = new Map([
  ['github.com', 'github'],
  ['bitbucket.org', 'bitbucket'],
]);

/** Of a URL: the host without user and port, and the path without leading slashes. */
const URL_PARTS = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/:]+)(?::\d*)?\/+(.+)$/is;

/**
 * The purl of a commit in a git repository. Credentials in the address are left out. `name` stands as it is in the purl
 * of a host that has no type of its own: clients compare whole strings.
 */
export function vcsPurl(name: string, url: string, ref: string): string {
  const address = withoutCredentials(withoutTrailingSlashes(url));
  const repository = onForge(address);
  return repository === undefined
    ? `pkg:generic/${name}?vcs_url=${percentEncode(`${address}@${ref}`)}`
    : `pkg:${repository}@${ref}`;
}

/** `<type>/<namespace>/<name>` of a repository on one of the `FORGES`; undefined for others and for scp-like addresses. */
function onForge(address: string): string | undefined {
  const [, host = '', path = ''] = URL_PARTS.exec(address) ?? [];
  const type = FORGES.get(host.toLowerCase());
  const isNested = path.includes('/');
  return type === undefined || !isNested ? undefined : `${type}/${path.toLowerCase().replace(/\.git$/, '')}`;
}

/** Not by a regular expression: one would look at every run of slashes again and again. */
function withoutTrailingSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
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
