/** Where to fetch from: a repository's address after resolution, redirects and the address policy. */
export interface Remote {
  transport: 'http' | 'https' | 'ssh';
  /** For git: without user information for http(s), `ssh://[user@]host:port/path` for ssh. */
  url: string;
  host: string;
  port: number;
  /** The judged addresses of the host: connect to these and no others. Empty behind a proxy, which resolves names. */
  addresses: readonly string[];
  /** Value of the `Authorization` header for this host. A secret. */
  authorization: string | undefined;
  /** Address of the HTTP proxy to go through. It may hold a password. */
  proxy?: string | undefined;
  /** Certificates (PEM) that are trusted for this host besides the public ones. */
  ca?: string | undefined;
  /** Whether the operator configured this host, so that its addresses were not judged. */
  isTrusted?: boolean;
}
