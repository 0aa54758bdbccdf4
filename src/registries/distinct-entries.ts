import { ValidationError } from '../errors/index.js';
import { quote } from '../http/index.js';
import type { RegistryEntry } from '../packages/index.js';

/** What the database can hold neither in texts nor in JSON: NUL, and halves of characters. */
const UNSTORABLE = /\0|\p{Surrogate}/gu;

/**
 * Entries that differ, by a line of text that holds all that is served, in the order of these lines. The same file
 * under the same name counts once, wherever it came from. Throws `ValidationError` when two different files have one
 * name, or one file two.
 */
export function distinctEntries(entries: readonly RegistryEntry[]): Map<string, RegistryEntry> {
  const byLine = new Map(entries.map((entry) => [lineOf(entry), entry]));
  const files = new Map<string, RegistryEntry>();
  const names = new Map<string, string>();
  const distinct = new Map<string, RegistryEntry>();
  for (const line of [...byLine.keys()].sort()) {
    const entry = byLine.get(line);
    if (entry === undefined) continue;
    if (entry.file !== undefined) {
      const key = JSON.stringify([entry.name, entry.file]);
      const known = files.get(key);
      if (known !== undefined && known.artifact.sha256 !== entry.artifact.sha256) throw sameName(known, entry);
      if (known !== undefined) continue;
      files.set(key, entry);
      checkOneName(names, entry, entry.file);
    }
    distinct.set(line, entry);
  }
  return distinct;
}

/** An artifact has one row for a name and version. */
function checkOneName(names: Map<string, string>, { name, version, artifact }: RegistryEntry, file: string): void {
  const key = JSON.stringify([name, version, artifact.id]);
  const other = names.get(key);
  if (other !== undefined) {
    throw new ValidationError(`One file of ${quote(name)} is to be served as ${quote(other)} and as ${quote(file)}`);
  }
  names.set(key, file);
}

function sameName(one: RegistryEntry, other: RegistryEntry): ValidationError {
  return new ValidationError(
    `Two different files are called ${quote(one.file)} at ${quote(one.name)}, with the SHA-256 digests ` +
      `${one.artifact.sha256} and ${other.artifact.sha256}; a registry can serve only one of them`,
  );
}

/** Lines of entries without a file name never look like the others, which are lists in JSON. */
function lineOf(entry: RegistryEntry): string {
  const { name, version, artifact, file } = entry;
  if (file === undefined && entry.attributes === undefined) return `${name}@${version} ${artifact.sha256}`;
  return JSON.stringify([name, version, artifact.sha256, file ?? null, attributesText(entry) ?? null]);
}

/** The attributes as JSON, the same for the same content; undefined = there are none. */
export function attributesText({ attributes }: RegistryEntry): string | undefined {
  if (attributes === undefined) return undefined;
  const sorted = Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1));
  const storable = sorted.map(([name, value]) => [name, value.replace(UNSTORABLE, '\u{fffd}')]);
  return JSON.stringify(Object.fromEntries(storable));
}
