/** Code points that HFS+ drops when it compares names (TN1150; the same list that git has for `core.protectHFS`). */
const IGNORED_BY_HFS = /[\u{200c}-\u{200f}\u{202a}-\u{202e}\u{206a}-\u{206f}\u{feff}]/gu;

/**
 * Whether some file system would take this name for `.git`: any case, HFS+ with its ignored characters, NTFS with its
 * short name `git~1`, trailing dots and spaces, streams (`.git::$INDEX_ALLOCATION`) and back-slashes.
 */
export function isDotGit(name: string): boolean {
  return name.split('\\').some((part) => isDotGitPart(part.replace(IGNORED_BY_HFS, '').toLowerCase()));
}

function isDotGitPart(name: string): boolean {
  const colon = name.indexOf(':');
  const plain = colon < 0 ? name : name.slice(0, colon);
  let end = plain.length;
  while (end > 0 && (plain[end - 1] === '.' || plain[end - 1] === ' ')) end -= 1;
  const trimmed = plain.slice(0, end);
  return trimmed === '.git' || trimmed === 'git~1';
}
