/**
 * The records of a pax header, `<length> <key>=<value>\n` each (POSIX.1-2017, pax); undefined when malformed, or when a
 * key is in it twice. Values are bytes.
 */
export function readPaxRecords(content: Buffer): Map<string, Buffer> | undefined {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(' ', at);
    const digits = space < 0 || space > at + 9 ? '' : content.toString('latin1', at, space);
    const length = /^[1-9]\d*$/.test(digits) ? Number(digits) : 0;
    const record = content.subarray(space + 1, at + length);
    const equals = record.indexOf('=');
    if (at + length > content.length || equals < 1 || record.at(-1) !== 0x0a) return undefined;
    const key = record.toString('utf8', 0, equals);
    if (records.has(key)) return undefined;
    records.set(key, record.subarray(equals + 1, -1));
    at += length;
  }
  return records;
}
