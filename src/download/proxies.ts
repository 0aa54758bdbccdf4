import type { Configuration } from '../config/index.js';
import { basicAuthorization } from './basic.js';
import { endpointOf } from './endpoint.js';

export type Proxies = Configuration['outbound']['proxies'];

/** The proxy to use for an http(s) address; undefined = connect directly. */
export function proxyFor(url: URL, proxies: Proxies): URL | undefined {
  const proxy = url.protocol === 'https:' ? proxies.https : url.protocol === 'http:' ? proxies.http : undefined;
  return proxy === undefined || isDirect(url, proxies.noProxy) ? undefined : new URL(proxy);
}

/** Value of `Proxy-Authorization`. A secret, for this proxy only. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return basicAuthorization({ username: decodeURIComponent(username), password: decodeURIComponent(password) });
}

/** `NO_PROXY`: hosts, domains with or without a dot or `*.` before them, each with or without a port, or `*`. */
function isDirect(url: URL, noProxy: string): boolean {
  const { host, port } = endpointOf(url);
  return noProxy.split(/[\s,]+/).some((rule) => {
    const { name, onlyPort } = ruleOf(rule.toLowerCase());
    if (name === '' || (onlyPort !== undefined && onlyPort !== port)) return false;
    return name === '*' || host === name || host.endsWith(`.${name}`);
  });
}

function ruleOf(rule: string): { name: string; onlyPort: number | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(rule);
  const plain = /^([^:]*):(\d{1,5})$/.exec(rule);
  const [, name = rule, port] = bracketed ?? plain ?? [];
  return {
    name: name === '*' ? name : name.replace(/^\*?\./, '').replace(/\.$/, ''),
    onlyPort: port === undefined ? undefined : Number(port),
  };
}
