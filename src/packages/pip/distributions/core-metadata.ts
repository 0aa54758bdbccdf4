/** Bytes in which the fields must have ended; the description behind them may go on. */
const MAX_SIZE = 1024 ** 2;
/** The longest real ones have some thousands, where the description is a field. */
const MAX_LINES = 30_000;

/** Fields by their names in lower case; values in their order, without white space at their ends. */
export type CoreMetadata = ReadonlyMap<string, readonly string[]>;

/**
 * The fields of a `METADATA` or `PKG-INFO` (Python's core metadata specification: headers of RFC 5322, in UTF-8).
 * Lines of a value are joined by newlines, without their indentation. Undefined when they are too long to be real.
 */
export function readCoreMetadata(content: Buffer): CoreMetadata | undefined {
  const text = content.subarray(0, MAX_SIZE).toString();
  const lines = text.split(/\r\n|\r|\n/, MAX_LINES);
  const fields = new Map<string, string[]>();
  let value: string[] = [];
  const values: { field: string; lines: string[] }[] = [];
  const end = lines.findIndex((line) => {
    if (/^[ \t]/.test(line)) {
      value.push(line.trim());
      return false;
    }
    const colon = line.indexOf(':');
    // An empty line ends the fields; so does what is none, as for Python.
    if (colon < 1 || !/^[!-9;-~]+$/.test(line.slice(0, colon))) return true;
    value = [line.slice(colon + 1).trim()];
    values.push({ field: line.slice(0, colon).toLowerCase(), lines: value });
    return false;
  });
  const isCut = content.length > MAX_SIZE || lines.length === MAX_LINES;
  if (end === -1 && isCut) return undefined;
  for (const { field, lines: own } of values) {
    const known = fields.get(field) ?? [];
    known.push(own.join('\n').trim());
    fields.set(field, known);
  }
  return fields;
}
