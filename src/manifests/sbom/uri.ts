/** What stands before the path and may hold the only brackets that a URI allows: an IPv6 address (RFC 3986 §3.2.2). */
const START = /^[a-z][a-z0-9+.-]*:\/\/(?:\[[\da-f:.]+\])?/i;

/**
 * The address as a URI (RFC 3986): characters that may not stand in one are percent-encoded, escapes stay. Undefined
 * for what is no absolute address with a host.
 */
export function uriOf(address: string): string | undefined {
  const start = START.exec(address)?.[0];
  if (start === undefined) return undefined;
  const uri = start + encoded(address.slice(start.length));
  return URL.canParse(uri) ? uri : undefined;
}

/** Without the characters that no URI has. The first `#` begins the fragment, which holds no other. */
export function encoded(text: string): string {
  const escaped = encodeURI(wellFormed(text)).replace(/%25([\da-f]{2})/gi, '%$1');
  const [before, ...fragment] = escaped.split('#');
  return fragment.length === 0 ? before : `${before}#${fragment.join('%23')}`;
}

/** Lone surrogates become U+FFFD. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
