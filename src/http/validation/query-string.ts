import { BadRequestException } from '@nestjs/common';
import { quote } from './quote.js';
import { brokenText } from './text.js';

const MAX_PARAMETERS = 200;

/** The parameters of a request's address, each with all its values. Throws 400 for what cannot be decoded. */
export function parseQuery(url: string): Map<string, string[]> {
  const parameters = new Map<string, string[]>();
  const start = url.indexOf('?');
  if (start === -1) return parameters;
  const pairs = url.slice(start + 1).split('&', MAX_PARAMETERS + 1);
  if (pairs.length > MAX_PARAMETERS) throw new BadRequestException(`More than ${MAX_PARAMETERS} query parameters`);
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1));
    const values = parameters.get(name);
    if (values === undefined) parameters.set(name, [value]);
    else values.push(value);
  }
  return parameters;
}

function decode(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new BadRequestException(`The query holds ${quote(text)}, which is not percent-encoded UTF-8`);
  }
  const broken = brokenText(decoded);
  if (broken !== undefined) throw new BadRequestException(`The query holds ${broken} in ${quote(decoded)}`);
  return decoded;
}
