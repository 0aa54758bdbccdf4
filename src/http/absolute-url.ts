import { BadRequestException } from '@nestjs/common';
import type { Request } from 'express';
import type { Configuration } from '../config/index.js';

/** Every endpoint of the API lies below this path. */
export const API_BASE = 'api/v1';

/** Host names, IPv4 and bracketed IPv6 addresses, with an optional port (RFC 9110, §7.2, without exotic names). */
const HOST = /^(?:[a-z0-9](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** Base of the absolute URLs in the answer to a call: the configured one, else scheme and host of the call. */
export function publicBase(request: Request, configuration: Configuration): string {
  if (configuration.server.publicUrl !== undefined) return configuration.server.publicUrl;
  const host = request.headers.host ?? '';
  const given = request.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  if (given > 1 || !HOST.test(host)) throw new BadRequestException('The Host header is missing, repeated or malformed');
  return `${request.protocol}://${host}`;
}

/** Absolute URL of an endpoint; `path` is relative to the API's base, without a slash at its start. */
export function absoluteUrl(request: Request, configuration: Configuration, path: string): string {
  return `${publicBase(request, configuration)}/${API_BASE}/${path}`;
}
