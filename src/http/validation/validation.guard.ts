import { BadRequestException, type CanActivate, type ExecutionContext, Injectable, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import type { Request } from 'express';
import { ResourceNotFound } from '../http-errors.js';
import { readJsonBody } from './body.js';
import { type BodySchema, handlerSchema, type HandlerSchema } from './handler-schema.js';
import { describeViolations } from './messages.js';
import { parseQuery } from './query-string.js';
import { queryParametersOf } from './query-parameters.js';
import { quote } from './quote.js';
import { needsAProperty } from './rules.js';

/** Largest id that the database can hold. */
const MAX_INTEGER = 2_147_483_647;

/**
 * Checks what a call brings, before anybody asks who calls: ids in the path, unknown query parameters,
 * each query parameter, the body. A guard and not a pipe, because Nest runs guards first: it is the first global guard,
 * and those of the room `auth` follow. It puts the checked instances where `@Param()`, `@Query()` and `@Body()` find
 * them, so handlers are written, and documented, as usual.
 */
@Injectable()
export class ValidationGuard implements CanActivate {
  private readonly schemas = new WeakMap<object, HandlerSchema>();

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const schema = this.schemaOf(context);
    this.checkPath(request, schema);
    // Express gives `query` as a getter.
    Object.defineProperty(request, 'query', {
      value: schema.anyQuery ? {} : checkQuery(request.originalUrl, schema.query),
      configurable: true,
    });
    if (schema.body !== undefined) {
      const body = await readJsonBody(request, schema.body.limit, schema.body.optional);
      request.body = body === undefined ? new schema.body.type() : checkBody(body, schema.body);
    }
    return true;
  }

  private schemaOf(context: ExecutionContext): HandlerSchema {
    const handler = context.getHandler();
    const known = this.schemas.get(handler);
    if (known !== undefined) return known;
    const schema = handlerSchema(context.getClass(), handler);
    this.schemas.set(handler, schema);
    return schema;
  }

  private checkPath(request: Request, schema: HandlerSchema): void {
    const parameters: Record<string, unknown> = request.params;
    for (const name of schema.integers) {
      const text = String(parameters[name]);
      const value = /^\d{1,10}$/.test(text) ? Number(text) : undefined;
      if (value === undefined || value > MAX_INTEGER) throw new ResourceNotFound();
      parameters[name] = value;
    }
  }
}

function checkQuery(url: string, type: Type | undefined): object {
  const given = parseQuery(url);
  const declared = type === undefined ? [] : queryParametersOf(type);
  const names = declared.map(({ name }) => name);
  for (const name of given.keys()) {
    if (names.includes(name)) continue;
    const known = names.length === 0 ? 'this endpoint takes none' : `known are ${names.join(', ')}`;
    throw new BadRequestException(`Unknown query parameter ${quote(name)}; ${known}`);
  }
  if (type === undefined) return {};
  const read = declared.flatMap(({ name, list, read }) => {
    const values = given.get(name);
    if (values === undefined) return [];
    if (!list) return [[name, read(values[values.length - 1])]];
    return [[name, [...new Set(values.map(read).filter((value) => value !== undefined))]]];
  });
  const instance: object = Object.assign(new type(), Object.fromEntries(read));
  refuse(validateSync(instance, { stopAtFirstError: true }), 'Invalid query parameter');
  return instance;
}

function checkBody(value: unknown, schema: BodySchema): unknown {
  if (!schema.array) return checkObject(value, schema.type, '');
  if (!Array.isArray(value)) throw new BadRequestException(`The body must be an array, not ${quote(value)}`);
  return value.map((item, at) => checkObject(item, schema.type, `[${at}]`));
}

function checkObject(value: unknown, type: Type, place: string): object {
  const where = `The body${place && ` at ${place}`}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadRequestException(`${where} must be an object, not ${quote(value)}`);
  }
  if (needsAProperty(type) && Object.keys(value).length === 0) {
    throw new BadRequestException(`${where} must have at least one property`);
  }
  const instance: object = plainToInstance(type, value);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true });
  refuse(errors, `Invalid body${place && ` at ${place}`}`);
  return instance;
}

function refuse(errors: readonly ValidationError[], what: string): void {
  if (errors.length > 0) throw new BadRequestException(`${what}: ${describeViolations(errors)}`);
}
