import { expect, it } from '@jest/globals';
import { FileAccessError } from '../../errors/index.js';
import { errorResponse } from './error-response.js';

class Passing extends FileAccessError {
  override get retryAfter(): number {
    return 7;
  }
}

it('tells when to call again where that helps', () => {
  expect(errorResponse(new Passing('away'))).toEqual({ status: 503, message: 'away', unknown: false, retryAfter: 7 });
  expect(errorResponse(new FileAccessError('gone'))).toEqual({ status: 500, message: 'gone', unknown: false });
});
