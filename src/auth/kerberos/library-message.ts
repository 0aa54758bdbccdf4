/** Major part of most messages; what comes behind it says more. */
const FAILURE = 'Unspecified GSS failure.  Minor code may provide more information: ';

/**
 * What messages of MIT Kerberos about a token mean: what the caller is told. Their own words would name principals, keys
 * and files of this host. All are known by their beginning, since names that callers choose stand further behind.
 */
const MEANINGS: readonly [RegExp, string][] = [
  [/^Request is a replay/, 'the token was used before; every call needs one of its own'],
  [/^Ticket expired/, 'the ticket has expired; get a new one with kinit'],
  [/^Ticket not yet valid/, 'the ticket is not valid yet; compare the clocks of this client and the service'],
  [/^Clock skew too great/, 'the token is too old, or the clocks of this client and the service differ too much'],
  [
    /^(Request ticket server |Cannot find key |Wrong principal in request)/,
    'the ticket is for another service, or for a key that this one does not have; get new tickets with kinit',
  ],
  [/^An unsupported mechanism was requested/, 'the token offers no Kerberos'],
  [
    /^(A required input parameter could not be read|The routine must be called again)/,
    'the token starts a negotiation of several rounds; send one with a Kerberos ticket at once',
  ],
];

/** About keytab and replay cache, which no token can break. */
const OF_THIS_HOST =
  /^(No credentials were supplied|No such file|No space left|Disk quota exceeded|Permission denied|Read-only file system|Input\/output error|Too many open files|Cannot allocate memory)/;

/** Whether the library failed because of this host, not because of the token. */
export function isFaultOfHost(message: string): boolean {
  return OF_THIS_HOST.test(detailOf(message));
}

/** What a caller is told about a token that the library refused. */
export function meaningOf(message: string): string {
  const detail = detailOf(message);
  return MEANINGS.find(([pattern]) => pattern.test(detail))?.[1] ?? 'the token is not valid';
}

function detailOf(message: string): string {
  return message.startsWith(FAILURE) ? message.slice(FAILURE.length) : message;
}
