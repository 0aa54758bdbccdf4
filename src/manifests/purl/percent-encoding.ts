/**
 * Percent-encodes all UTF-8 bytes but `A–Z a–z 0–9 _ . - ~` (the unreserved characters of RFC 3986). A lone surrogate
 * becomes U+FFFD.
 */
export function percentEncode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()).replace(/[!'()*]/g, hexEscape);
}

/** The same, but slashes stay: for names that are paths. */
export function percentEncodePath(text: string): string {
  return percentEncode(text).replaceAll('%2F', '/');
}

function hexEscape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
