const HIDDEN = '***';

/** Names whose value is a secret, as the end of a longer name: `PRIVATE-TOKEN`, `X-Amz-Signature`, `_authToken`. */
const SECRET_NAME = '(?:token|password|passwd|secret|api[_-]?key|private[_-]?key|signature|credential|_auth|[?&;]sig)';

/** Each pattern reads a text once: no nested repetition. */
const PATTERNS: readonly [RegExp, string][] = [
  // User info of an address. A password with an unescaped @ ends at the last one before the path.
  [/:\/\/[^\s/?#"'<>\\]+@/g, `://${HIDDEN}@`],
  // Values under a telling name: JSON, then assignments and query parameters.
  [
    new RegExp(`("[^"\\\\]{0,100}(?:${SECRET_NAME}|authorization|cookie)"\\s*:\\s*")(?:[^"\\\\]|\\\\.)*`, 'gi'),
    `$1${HIDDEN}`,
  ],
  [new RegExp(`(${SECRET_NAME}=\\\\?["']?)[^\\s"'&,;<>\\\\]+`, 'gi'), `$1${HIDDEN}`],
  [new RegExp(`(${SECRET_NAME}\\\\?["']\\s*:\\s*\\\\?["'])[^"'\\\\]+`, 'gi'), `$1${HIDDEN}`],
  // Header lines.
  [/((?:authorization|cookie|private-token|auth-token|api-key)\s*:\s*)[^"'\r\n\\]+/gi, `$1${HIDDEN}`],
  [/\b(Basic|Bearer|Negotiate)\s+[A-Za-z0-9+/=._~-]{16,}/gi, `$1 ${HIDDEN}`],
  // Tokens that tell by their shape.
  [/\b(?:gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_[A-Za-z0-9]{30,}|cachito_[\w-]{43})/g, HIDDEN],
  [/\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|pypi-[\w-]{50,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*)/g, HIDDEN],
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g, HIDDEN],
];

const SECRET_KEY = new RegExp(`(?:${SECRET_NAME}|authorization|cookie)$`, 'i');

/**
 * The text without what looks like a secret: user info in addresses, values of Authorization and cookie headers,
 * token-like parameters, private keys, tokens of well-known shape. For every text that reaches a log, a state reason or
 * a client. Linear in the length of the text; running it twice changes nothing.
 */
export function redactSecrets(text: string): string {
  return PATTERNS.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text);
}

/**
 * A line of JSON with the same done to every text in it, and with the values of telling keys hidden. What is no JSON is
 * treated as text.
 */
export function redactJsonLine(line: string): string {
  try {
    return `${JSON.stringify(JSON.parse(line, redactValue))}\n`;
  } catch {
    return redactSecrets(line);
  }
}

function redactValue(key: string, value: unknown): unknown {
  if (SECRET_KEY.test(key) && (typeof value === 'string' || typeof value === 'object')) return HIDDEN;
  return typeof value === 'string' ? redactSecrets(value) : value;
}
