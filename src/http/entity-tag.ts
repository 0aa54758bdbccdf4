/** Entity tags in a list; the `W/` of a weak one does not matter when bytes need not be sent (RFC 9110 §13.1.2). */
const TAGS = /(?:W\/)?("[^"]*")/g;

/** Whether an `If-None-Match` header names the content with this entity tag (with its quotes). */
export function matchesEntityTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(TAGS)].some(([, tag]) => tag === etag);
}
