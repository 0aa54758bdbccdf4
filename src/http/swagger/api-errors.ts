import { applyDecorators, HttpStatus } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { NOT_FOUND_MESSAGE } from '../http-errors.js';

const TEXTS = {
  400: [
    'The call breaks a rule; the text names it and quotes the value',
    'ref: "abc" is not valid: it must match /^[a-f0-9]{40}$/',
  ],
  401: ['No credential comes with the call, or one that is not accepted', 'This needs a login'],
  403: ['The caller lacks the role that this needs', 'Only workers may use this endpoint'],
  404: ['It does not exist, or not now', NOT_FOUND_MESSAGE],
  409: ['The same `Idempotency-Key` was used with another body', 'This Idempotency-Key was used with another body'],
  410: ['It was there, but is gone', 'The logs of this request are gone: the request is stale'],
  413: ['The body is too large', 'The body is larger than 1048576 bytes'],
  415: ['The body is not sent as `application/json`', 'The content type must be application/json, not "text/plain"'],
  416: ['The range lies outside the content', 'The requested range cannot be served'],
  429: ['The caller has as many requests as one may have; `Retry-After` tells when to try again', 'Try again in 20 seconds'],
  500: ['The service failed', 'An unknown error occurred. The service log holds the details.'],
  501: ['This build cannot do it', 'This is not supported yet'],
  503: ['A part of the service does not work now', 'The database cannot be reached'],
} as const;
type ErrorStatus = keyof typeof TEXTS;

/** Declares error answers of an endpoint: `{"error": "<text>"}` each. Descriptions may be given to fit the endpoint. */
export function ApiErrors(...statuses: (ErrorStatus | [ErrorStatus, string])[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ...statuses.map((each) => {
      const [status, description] = typeof each === 'number' ? [each, TEXTS[each][0]] : each;
      return ApiResponse({
        status: HttpStatus[status] === undefined ? 500 : status,
        description,
        schema: {
          type: 'object',
          required: ['error'],
          properties: { error: { type: 'string' } },
          example: { error: TEXTS[status][1] },
        },
      });
    }),
  );
}
