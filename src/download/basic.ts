/** User name and password for a host. Secrets. */
export interface Credentials {
  username: string;
  password: string;
}

/** `Authorization` or `Proxy-Authorization` by RFC 7617, in UTF-8. */
export function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
