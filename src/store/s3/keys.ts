import { FileAccessError } from '../../errors/index.js';

const SHA256 = /^[0-9a-f]{64}$/;
const KEY = /^([0-9a-f]{2})\/([0-9a-f]{62})$/;

/**
 * Where a store's objects lie in the bucket. For the store `archive` below `prefix`: blobs are
 * `prefix/archive/ab/cdef…`; an empty object `prefix/touched/archive/ab/cdef…` tells when a blob was asked to be written
 * again, since an object's own time cannot be renewed without copying it.
 */
export class Keys {
  /** What the keys of all blobs, and of all marks, begin with. */
  readonly blobs: string;
  readonly marks: string;
  readonly #probes: string;

  constructor(prefix: string | undefined, store: string) {
    const base = prefix === undefined ? '' : `${prefix}/`;
    this.blobs = `${base}${store}/`;
    this.marks = `${base}touched/${store}/`;
    this.#probes = `${base}check/${store}/`;
  }

  /** Throws `FileAccessError` when that is no SHA-256. */
  blob(sha256: string): string {
    return this.blobs + pathOf(sha256);
  }

  mark(sha256: string): string {
    return this.marks + pathOf(sha256);
  }

  probe(name: string): string {
    return this.#probes + name;
  }
}

/** The SHA-256 that a key below `folder` is made of; undefined when it is made of something else. */
export function sha256Of(folder: string, key: string): string | undefined {
  const [, first, rest] = KEY.exec(key.slice(folder.length)) ?? [];
  return first === undefined || rest === undefined ? undefined : first + rest;
}

function pathOf(sha256: string): string {
  if (!SHA256.test(sha256)) throw new FileAccessError('A blob is named by 64 lower-case hexadecimal digits');
  return `${sha256.slice(0, 2)}/${sha256.slice(2)}`;
}
