import { decodePath } from '../../../archive/index.js';
import { ValidationError } from '../../../errors/index.js';
import type { GitTreeEntry } from '../git-client.js';

const NUL = 0;
const TAB = 9;
/** Longer than any path that is accepted later; keeps a hostile tree from filling memory. */
const MAX_RECORD = 64 * 1024;

/** Reads the output of `git ls-tree -r -t -z`: `<mode> <type> <id>TAB<path>NUL`. */
export async function* parseTreeListing(output: AsyncIterable<Buffer>): AsyncIterable<GitTreeEntry> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of output) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = data.indexOf(NUL); end >= 0; end = data.indexOf(NUL, start)) {
      yield parseRecord(data.subarray(start, end));
      start = end + 1;
    }
    rest = data.subarray(start);
    if (rest.length > MAX_RECORD) throw new ValidationError('The repository holds a path that is too long.');
  }
}

function parseRecord(record: Buffer): GitTreeEntry {
  const tab = record.indexOf(TAB);
  const [mode = '', , id = ''] = record.subarray(0, tab).toString('latin1').split(' ');
  return { mode, id, path: decodePath(record.subarray(tab + 1)) };
}
