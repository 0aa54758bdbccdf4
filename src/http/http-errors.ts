import { HttpException, NotFoundException } from '@nestjs/common';

/** What every 404 says, whatever its cause, so that it tells nothing of what exists. */
export const NOT_FOUND_MESSAGE = 'The requested resource was not found';

/** The 404 of this API. */
export class ResourceNotFound extends NotFoundException {
  constructor() {
    super(NOT_FOUND_MESSAGE);
  }
}

/** Any status with a text for the client, for statuses that Nest has no class for. */
export class HttpProblem extends HttpException {
  constructor(status: number, message: string) {
    super(message, status);
  }
}
