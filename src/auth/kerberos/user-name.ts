const MAX_USERNAME = 255;

/**
 * Whether a principal, as the Kerberos library writes it (`alice@EXAMPLE.ORG`), can be the name of a user. Anonymous
 * tickets (RFC 8062) name nobody; bytes that are not UTF-8 would make one name of several principals.
 */
export function isUserName(principal: string): boolean {
  const isText = principal.length <= MAX_USERNAME && !/[\p{Cc}\p{Surrogate}\ufffd]/u.test(principal);
  return isText && /^[^@]+@[^@]+$/.test(principal.replace(/\\./g, '')) && !principal.startsWith('WELLKNOWN/');
}
