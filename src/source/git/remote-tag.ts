/** A tag of a remote that may name a version. */
export interface RemoteTag {
  /** Without `refs/tags/`. */
  name: string;
  /** What it points at, annotated tags peeled: 40 hexadecimal digits, of a commit as a rule. */
  target: string;
}

/** Most that a listing holds; what comes later is left out. */
export const MAX_LISTED_TAGS = 100_000;
/** Bytes; longer names are no versions. */
const MAX_NAME = 512;

/** Whether the last part of a tag's name begins like a version, and the name can be shown: `v1.2.3`, `sub/v1.2.3`. */
export function isVersionTag(name: string): boolean {
  if (!/^v\d/.test(name.slice(name.lastIndexOf('/') + 1))) return false;
  // Bytes that are not UTF-8 are read as lone surrogates or as U+FFFD.
  return Buffer.byteLength(name) <= MAX_NAME && !/[\p{Cc}\p{Surrogate}\ufffd]/u.test(name);
}
