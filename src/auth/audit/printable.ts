const MAX_LENGTH = 500;

/**
 * A text of a stranger for a line of a log: what would end the line, move the cursor or turn the writing around is
 * shown as `%0A`, and a long text is cut.
 */
export function printable(text: string): string {
  const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  return short.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, encodeURIComponent);
}

/** The address of a repository without user, password, query and fragment. */
export function withoutCredentials(repo: string): string {
  const url = URL.canParse(repo) ? new URL(repo) : undefined;
  // `user:secret@host:path` parses as an address, too, without a host.
  return url?.host ? `${url.protocol}//${url.host}${url.pathname}` : repo.slice(repo.lastIndexOf('@') + 1);
}
