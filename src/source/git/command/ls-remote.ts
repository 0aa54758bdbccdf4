import { decodePath, readLines } from '../../../archive/index.js';
import { isVersionTag, MAX_LISTED_TAGS, type RemoteTag } from '../remote-tag.js';

/** Bytes; git's protocol has no longer names. Keeps a hostile server from filling memory. */
const MAX_LINE = 128 * 1024;
const LINE = /^([0-9a-f]{40})\trefs\/tags\/(.+)$/s;
/** Stands behind the name on the line after an annotated tag: what it points at in the end. */
const PEELED = '^{}';

/**
 * Reads the tags that may name versions from the output of `git ls-remote --tags`: `<id>TAB<name>LF`. Throws
 * `RangeError` for endless lines.
 */
export async function parseRemoteTags(output: AsyncIterable<Uint8Array>): Promise<RemoteTag[]> {
  const tags: RemoteTag[] = [];
  let annotated: RemoteTag | undefined;
  for await (const line of readLines(output, MAX_LINE)) {
    const [, id = '', name = ''] = LINE.exec(decodePath(line)) ?? [];
    if (annotated !== undefined && name === annotated.name + PEELED) annotated.target = id;
    annotated = undefined;
    if (name.endsWith(PEELED) || !isVersionTag(name) || tags.length >= MAX_LISTED_TAGS) continue;
    annotated = { name, target: id };
    tags.push(annotated);
  }
  return tags;
}
