import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { DatabaseError, NetworkError, ValidationError } from '../errors/index.js';
import { isTransient } from './transient.js';

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });

describe('isTransient', () => {
  it.each([
    ['a refused connection', withCode('ECONNREFUSED'), true],
    ['all addresses refused', new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]), true],
    ['a connection that broke', new Error('Connection terminated unexpectedly'), true],
    ['a server that stops', new QueryFailedError('SELECT 1', [], withCode('57P01')), true],
    ['a disk that is full', new QueryFailedError('INSERT', [], withCode('53100')), true],
    ['a deadlock', new QueryFailedError('UPDATE', [], withCode('40P01')), true],
    ['a database error of ours', new DatabaseError('x'), true],
    ['a broken constraint', new QueryFailedError('INSERT', [], withCode('23505')), false],
    ['trouble with another host', new NetworkError('x', { cause: withCode('ECONNREFUSED') }), false],
    ['bad input', new ValidationError('x'), false],
    ['a mistake in the code', new TypeError('x is undefined'), false],
    ['no error at all', 'x', false],
  ])('%s', (_, error, expected) => {
    expect(isTransient(error)).toBe(expected);
  });
});
