import { applyDecorators, SetMetadata, type Type } from '@nestjs/common';
import { PARAMTYPES_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/internal';
import { ApiBody } from '@nestjs/swagger';
import { DEFAULT_BODY_LIMIT } from './body.js';

/** What a route takes, as its handler's parameters declare it. */
export interface HandlerSchema {
  /** Names of path parameters that are integers: their parameters have the type `number`. */
  integers: readonly string[];
  /** Class of the `@Query()` parameter. */
  query: Type | undefined;
  /** Whether query parameters that nobody knows are ignored. */
  anyQuery: boolean;
  body: BodySchema | undefined;
}

export interface BodySchema {
  /** Class of the `@Body()` parameter, or of its items. */
  type: Type;
  array: boolean;
  optional: boolean;
  /** Bytes. */
  limit: number;
}

const BODY_OPTIONS = Symbol('body-options');
type BodyOptions = Partial<Pick<BodySchema, 'optional' | 'limit'>> & { items?: Type };

/** More about the body of a route than its type tells: an array of `items`, optional, another size limit in bytes. */
export function JsonBody(options: BodyOptions): MethodDecorator {
  const documentation = options.items === undefined ? [] : [ApiBody({ type: options.items, isArray: true })];
  return applyDecorators(SetMetadata(BODY_OPTIONS, options), ...documentation);
}

const ANY_QUERY = Symbol('any-query');

/** For routes whose clients are not written for this service: whatever stands in the query is ignored. */
export const AnyQuery = (): MethodDecorator => SetMetadata(ANY_QUERY, true);

interface RouteArgument {
  index: number;
  data?: unknown;
}

/** Reads the declaration of a handler. Nest writes it into the class as metadata. */
export function handlerSchema(controller: Type, handler: { readonly name: string }): HandlerSchema {
  const declared: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler.name) ?? {};
  const types: unknown = Reflect.getMetadata(PARAMTYPES_METADATA, controller.prototype, handler.name) ?? [];
  const schema: { integers: string[]; query: Type | undefined; body: Type | undefined } = {
    integers: [],
    query: undefined,
    body: undefined,
  };
  for (const [key, argument] of Object.entries<RouteArgument>(Object(declared))) {
    const kind = Number(key.split(':')[0]);
    const type: unknown = Array.isArray(types) ? types[argument.index] : undefined;
    if (kind === RouteParamtypes.PARAM && type === Number) schema.integers.push(String(argument.data));
    if (kind === RouteParamtypes.QUERY && isClass(type)) schema.query = type;
    if (kind === RouteParamtypes.BODY && isClass(type)) schema.body = type;
  }
  const anyQuery = Reflect.getMetadata(ANY_QUERY, handler) === true;
  return { integers: schema.integers, query: schema.query, anyQuery, body: bodySchema(schema.body, handler) };
}

function bodySchema(type: Type | undefined, handler: object): BodySchema | undefined {
  if (type === undefined) return undefined;
  const options: BodyOptions = Reflect.getMetadata(BODY_OPTIONS, handler) ?? {};
  return {
    type: options.items ?? type,
    array: options.items !== undefined,
    optional: options.optional ?? false,
    limit: options.limit ?? DEFAULT_BODY_LIMIT,
  };
}

function isClass(value: unknown): value is Type {
  return typeof value === 'function';
}
