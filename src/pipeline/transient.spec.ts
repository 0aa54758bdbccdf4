import { describe, expect, it } from '@jest/globals';
import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { DatabaseError, NetworkError, ValidationError } from '../errors/index.js';
import { isDoubtful, isTransient } from './transient.js';

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });

describe('isTransient', () => {
  it.each([
    ['a refused connection', withCode('ECONNREFUSED'), true],
    ['all addresses refused', new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]), true],
    ['a connection that broke', new Error('Connection terminated unexpectedly'), true],
    ['a transaction whose connection broke', new QueryRunnerProviderAlreadyReleasedError(), true],
    ['a connection that broke between two statements', new QueryRunnerAlreadyReleasedError(), true],
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

describe('what PostgreSQL says', () => {
  it.each([
    ['08006', 'the connection failed', 'transient'],
    ['25P02', 'the transaction has failed before', 'doubtful'],
    ['40001', 'transactions are in conflict', 'transient'],
    ['40003', 'nobody knows whether it was done', 'transient'],
    ['40P01', 'a deadlock', 'transient'],
    ['53100', 'the disk is full', 'transient'],
    ['53200', 'out of memory', 'transient'],
    ['53300', 'too many connections', 'transient'],
    ['55P03', 'a lock is not to be had', 'transient'],
    ['57P01', 'the server stops', 'transient'],
    ['57P02', 'another session has crashed', 'transient'],
    ['57P03', 'the server starts', 'transient'],
    ['57P05', 'the session was idle for too long', 'transient'],
    ['57014', 'the statement took too long', 'doubtful'],
    ['25P03', 'the transaction was idle for too long', 'doubtful'],
    ['22021', 'not a text', 'final'],
    ['23505', 'there is one already', 'final'],
    ['42P01', 'no such table', 'final'],
    ['57P04', 'the database was dropped', 'transient'],
    ['XX001', 'data is broken', 'final'],
  ])('%s: %s: %s', (code, message, expected) => {
    for (const error of [withCode(code, message), new QueryFailedError('SELECT 1', [], withCode(code, message))]) {
      expect([isTransient(error), isDoubtful(error)]).toEqual([expected === 'transient', expected === 'doubtful']);
    }
  });
});
