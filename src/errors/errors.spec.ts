import { describe, expect, it } from '@jest/globals';
import { describeError, FileAccessError, UNKNOWN_ERROR } from './index.js';

describe('describeError', () => {
  it.each<[unknown, object]>([
    [new FileAccessError('gone'), { errorType: 'FileAccessError', origin: 'server', message: 'gone' }],
    ...['ENOSPC', 'EDQUOT', 'EROFS'].map((code): [unknown, object] => [
      Object.assign(new Error(`${code}: open '/home/x'`), { code }),
      { errorType: 'FileAccessError', origin: 'server', message: expect.stringMatching(/^The disk of the service is full or read-only/) },
    ]),
    [Object.assign(new Error('secret'), { code: 'ENOENT' }), UNKNOWN_ERROR],
    [new Error('secret'), UNKNOWN_ERROR],
    ['secret', UNKNOWN_ERROR],
    [undefined, UNKNOWN_ERROR],
  ])('tells what may be told of %p', (error, description) => {
    expect(describeError(error)).toEqual(description);
  });
});
