import type { Request, Response } from 'express';
import { HttpProblem } from '../http/index.js';

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD']);

export function isReading(request: Request): boolean {
  return READING.has(request.method);
}

/** The answer to all other methods: 405. */
export function refuseMethod(request: Request, response: Response): HttpProblem {
  response.setHeader('Allow', 'GET, HEAD');
  return new HttpProblem(405, `This registry can only be read: ${request.method} is not allowed`);
}
