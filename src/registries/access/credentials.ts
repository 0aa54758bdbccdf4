/** What a client presents. */
export interface Credentials {
  /** Undefined with a bearer token: then the user is the registry's own. */
  user: string | undefined;
  password: string;
}

/** Reads an `Authorization` header: `Basic` (RFC 7617) or `Bearer` (RFC 6750); undefined for anything else. */
export function parseAuthorization(header: string | undefined): Credentials | undefined {
  const [scheme = '', value = '', ...more] = (header ?? '').trim().split(/[ \t]+/);
  if (value === '' || more.length > 0) return undefined;
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return { user: undefined, password: value };
    case 'basic':
      return splitUser(Buffer.from(value, 'base64').toString());
    default:
      return undefined;
  }
}

function splitUser(text: string): Credentials | undefined {
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
