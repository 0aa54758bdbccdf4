/** Where to fetch from: a repository's address after resolution, redirects and the address policy. */
export interface Remote {
  transport: 'http' | 'https' | 'ssh';
  /** For git: without user information for http(s), `ssh://[user@]host:port/path` for ssh. */
  url: string;
  host: string;
  port: number;
  /** The judged addresses of the host, at least one: connect to these and no others. */
  addresses: readonly string[];
  /** Value of the `Authorization` header for this host. A secret. */
  authorization: string | undefined;
}
