import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Configuration } from './configuration.js';
import { WrongValue } from './options/option.js';
import type { OptionReader } from './options/reader.js';
import { USED } from './options/used.js';
import { isOpenToOthers } from './signing-key.js';

/** The login by Kerberos, with a keytab that can be one; undefined = off. */
export function readKerberos(reader: OptionReader, warnings: string[]): Configuration['auth']['kerberos'] {
  const service = reader.read(USED.kerberosService, undefined);
  const keytab = readKeytab(reader, warnings);
  if (service !== undefined) return { service, keytab };
  if (reader.isSet(USED.kerberosKeytab) && !reader.isSet(USED.kerberosService)) {
    reader.complain('CACHITO_KERBEROS_KEYTAB needs CACHITO_KERBEROS_SERVICE: the service principal whose key it has');
  }
  return undefined;
}

function readKeytab(reader: OptionReader, warnings: string[]): string | undefined {
  const { name } = USED.kerberosKeytab;
  const text = reader.read(USED.kerberosKeytab, undefined);
  if (text === undefined) return undefined;
  const file = keytabPath(text);
  try {
    checkKeytab(file);
    if (isOpenToOthers(file)) {
      warnings.push(`${name} (${file}): other users of this host may read or change the key; forbid it with chmod 600.`);
    }
  } catch (error) {
    if (!(error instanceof WrongValue)) throw error;
    reader.complain(`${name} (${file}) ${error.message}`);
  }
  return file;
}

/** Path of a keytab; MIT Kerberos may write its kind before it. */
export function keytabPath(text: string): string {
  return resolve(text.replace(/^(WR)?FILE:/, ''));
}

/**
 * Throws `WrongValue` unless the file is a keytab that this process can read and that has a key; which keys those are, the
 * Kerberos library finds out.
 */
export function checkKeytab(file: string): void {
  const [first, second, third] = beginning(file);
  if (first === 5 && (second === 1 || second === 2) && third !== undefined) return;
  throw new WrongValue(
    'must name a keytab with the key of the service principal; make it with "ktadd" of kadmin, or ktpass on Windows',
  );
}

function beginning(file: string): Buffer {
  try {
    // Reading a pipe would wait for ever.
    if (!statSync(file).isFile()) throw new WrongValue('must name a file');
    const bytes = Buffer.alloc(3);
    const handle = openSync(file, 'r');
    try {
      return bytes.subarray(0, readSync(handle, bytes));
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (error instanceof WrongValue) throw error;
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    throw new WrongValue(
      `cannot be read (${String(code)}): let it be there, and belong to the user of this process (chown, chmod 400)`,
    );
  }
}
