import semver from 'semver';
import { FileAccessError, InvalidFileFormat, ValidationError } from '../../../errors/index.js';
import { isJsonObject, type JsonObject, ownValue, parseJsonObject } from '../lockfile/json.js';
import { isPackageName } from '../lockfile/names.js';
import { quote } from '../../quote.js';

/** Bytes; the largest published ones are a tenth of it. */
export const MAX_MANIFEST = 2 * 1024 * 1024;
/** Scripts that `npm pack` runs, and that may change what is packed. */
const PACK_SCRIPTS = ['prepare', 'prepack'];

/** A `package.json` that names its package. */
export interface NamedManifest {
  name: string;
  /** The version that tells where it came from. */
  version: string;
  /** The file with that version and no other change. */
  text: Buffer;
}

/**
 * The `package.json` of an external dependency (`owner`, as messages call it). Throws `FileAccessError` when it is no
 * JSON object.
 */
export function readManifest(bytes: Buffer, owner: string): JsonObject {
  try {
    return parseJsonObject(bytes.toString('utf8'), `package.json of ${owner}`);
  } catch (error) {
    throw error instanceof ValidationError ? new FileAccessError(error.message) : error;
  }
}

/**
 * Gives a package a version that no other content has: its own, without `+build`, and the suffix. A package without
 * version counts as 0.0.0, one without name as `fallbackName`. Throws `InvalidFileFormat` for others that npm refuses.
 */
export function nameManifest(manifest: JsonObject, suffix: string, fallbackName: string, owner: string): NamedManifest {
  const name = ownValue(manifest, 'name') ?? fallbackName;
  if (typeof name !== 'string' || !isPackageName(name)) {
    throw new InvalidFileFormat(
      `package.json of ${owner} has a "name" that npm refuses: ${quote(JSON.stringify(name))}.`,
    );
  }
  const version = `${baseVersion(ownValue(manifest, 'version'), owner)}${suffix}`;
  // Spreading keeps the place of the key, and a key `__proto__` what it is.
  const text = Buffer.from(`${JSON.stringify({ ...manifest, version }, undefined, 2)}\n`);
  return { name, version, text };
}

/** The scripts of a package that would have to run before it can be packed. */
export function packScripts(manifest: JsonObject): string[] {
  const scripts = ownValue(manifest, 'scripts');
  if (!isJsonObject(scripts)) return [];
  return PACK_SCRIPTS.filter((name) => {
    const script = ownValue(scripts, name);
    return typeof script === 'string' && script !== '';
  });
}

/** As npm reads it: what semver.org would not accept but everybody understands is put right. */
function baseVersion(version: unknown, owner: string): string {
  if (version === undefined || version === null || version === '') return '0.0.0';
  const parsed = typeof version === 'string' ? semver.parse(version, { loose: true }) : null;
  if (parsed === null) {
    throw new InvalidFileFormat(
      `package.json of ${owner} has a "version" that is none: ${quote(JSON.stringify(version))}.`,
    );
  }
  return parsed.version;
}
