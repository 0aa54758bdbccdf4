import { describe, expect, it } from '@jest/globals';
import { READ_ONLY, reasonOf } from './reasons.js';

const withCode = (code: string, cause?: Error) => Object.assign(new Error('secret', { cause }), { code });

describe('reasonOf', () => {
  it.each<[string, unknown, string]>([
    ['a full disk', withCode('ENOSPC'), 'no space left'],
    ['a read-only file system', withCode('EROFS'), 'it cannot be written'],
    ['PostgreSQL that only reads', withCode(READ_ONLY), 'it cannot be written'],
    ['a store that is not there', new Error('secret', { cause: withCode('ENOTDIR') }), 'a file or directory is missing'],
    ['a share that went away', withCode('ESTALE'), 'the file system does not work'],
    ['PostgreSQL with another password', withCode('28P01'), 'it refuses the credentials'],
    ['a server that is gone', withCode('ECONNREFUSED'), 'connection failed'],
    ['a host without a name', withCode('EAI_AGAIN'), 'connection failed'],
    ['a cause', new Error('secret', { cause: withCode('ECONNRESET') }), 'connection failed'],
    ['PostgreSQL that stops', withCode('57P01'), 'connection failed'],
    ['PostgreSQL without connections', withCode('53300'), 'it takes no more connections'],
    ['what the driver says', new Error('Connection terminated unexpectedly'), 'connection failed'],
    ['anything else', new Error('secret'), 'unknown error; the service log holds the details'],
    ['no error', 'secret', 'unknown error; the service log holds the details'],
  ])('names %s', (_, error, reason) => {
    expect(reasonOf(error)).toBe(reason);
  });
});
