import type { Upstreams } from '../config/index.js';

/** A host (lower case, an IPv6 address without brackets) and a port. */
export interface Endpoint {
  host: string;
  port: number;
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'ssh:': 22 };

export function endpointOf({ protocol, hostname, port }: URL): Endpoint {
  return {
    host: hostname.toLowerCase().replace(/^\[|\]$/g, ''),
    port: port === '' ? (PORTS[protocol] ?? 0) : Number(port),
  };
}

/** `host:port` as it stands in addresses. */
export function authority({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Hosts that not everybody may read (`CACHITO_HOST_READERS`), lower case, without ports; what is no host is left out. */
export function closedHosts(readers: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const urls = Object.keys(readers).map((name) => `http://${name}/`);
  return new Set(urls.filter((url) => URL.canParse(url)).map((url) => endpointOf(new URL(url)).host.replace(/\.$/, '')));
}

/** Where the operator's own registries and git hosts are. Public registries are not among them. */
export function configuredEndpoints({ npm, gomod, pip, git }: Upstreams): Endpoint[] {
  const registries = [...npm, ...gomod, ...pip].filter((registry) => !registry.public).map(({ url }) => url);
  const hosts = git.map(({ prefix, mirror }) => mirror ?? prefix);
  return [...registries, ...hosts].map((url) => endpointOf(new URL(url)));
}
