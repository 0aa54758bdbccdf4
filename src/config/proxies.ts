import type { Configuration } from './configuration.js';
import type { Environment, OptionReader } from './options/reader.js';

type Proxies = Configuration['outbound']['proxies'];

/**
 * HTTP proxies by the variables that most programs read. Lower case wins. `HTTP_PROXY` in upper case is not believed
 * where `REQUEST_METHOD` is set: in a CGI program it would be the header `Proxy` of whoever calls.
 */
export function readProxies(reader: OptionReader, environment: Environment): Proxies {
  const isCgi = environment.REQUEST_METHOD !== undefined;
  const all = find(environment, 'all_proxy', 'ALL_PROXY');
  const http = find(environment, 'http_proxy', ...(isCgi ? [] : ['HTTP_PROXY'])) ?? all;
  const https = find(environment, 'https_proxy', 'HTTPS_PROXY') ?? all;
  return {
    http: http && address(reader, http),
    https: https && address(reader, https),
    noProxy: find(environment, 'no_proxy', 'NO_PROXY')?.value ?? '',
  };
}

interface Variable {
  name: string;
  value: string;
}

function find(environment: Environment, ...names: string[]): Variable | undefined {
  for (const name of names) {
    const value = environment[name]?.trim();
    if (value !== undefined && value !== '') return { name, value };
  }
  return undefined;
}

/** `proxy.example:3128` stands for `http://proxy.example:3128`. The value may hold a password: it is not shown. */
function address(reader: OptionReader, { name, value }: Variable): string | undefined {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const decodable = url !== undefined && isDecodable(url.username) && isDecodable(url.password);
  if (url !== undefined && decodable && /^https?:$/.test(url.protocol) && /^\/?$/.test(url.pathname) && !url.search)
    return url.href;
  const problem = `${name} (value not shown) must be an http or https address like http://proxy.example:3128`;
  if (!reader.problems.includes(problem)) reader.complain(problem);
  return undefined;
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
