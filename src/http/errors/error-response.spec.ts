import { expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { FileAccessError } from '../../errors/index.js';
import { errorResponse } from './error-response.js';

class Passing extends FileAccessError {
  override get retryAfter(): number {
    return 7;
  }
}

it.each([
  ['broke', new Error('Connection terminated unexpectedly')],
  ['is refused', new AggregateError([Object.assign(new Error('no'), { code: 'ECONNREFUSED' })])],
  ['is ended by a server that stops', new QueryFailedError('SELECT 1', [], Object.assign(new Error('bye'), { code: '57P01' }))],
])('tells to call again when the connection to the database %s', (_, error) => {
  expect(errorResponse(error)).toMatchObject({ status: 503, message: expect.stringMatching(/database cannot be reached/), retryAfter: 5 });
});

it('shows nothing of other errors of the database', () => {
  const error = new QueryFailedError('SELECT secret', [], Object.assign(new Error('secret'), { code: '42P01' }));
  expect(errorResponse(error)).toMatchObject({ status: 500, message: expect.not.stringContaining('secret'), unknown: true });
});

it('tells when to call again where that helps', () => {
  expect(errorResponse(new Passing('away'))).toEqual({ status: 503, message: 'away', unknown: false, retryAfter: 7 });
  expect(errorResponse(new FileAccessError('gone'))).toEqual({ status: 500, message: 'gone', unknown: false });
});
