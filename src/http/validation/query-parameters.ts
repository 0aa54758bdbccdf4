import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { parseDateBound } from './dates.js';
import { MatchesRule } from './rules.js';

/** How a parameter is read before its rules are checked. What cannot be read stays text, and breaks a rule. */
export interface QueryParameter {
  name: string;
  /** Keeps every value; of other parameters the last one wins. */
  list: boolean;
  read(text: string): unknown;
}

const PARAMETERS = Symbol('query-parameters');

/** The parameters that a query class declares. */
export function queryParametersOf(type: object): readonly QueryParameter[] {
  const declared: unknown = Reflect.getMetadata(PARAMETERS, type);
  return Array.isArray(declared) ? declared : [];
}

interface Options {
  /** For the API documentation. */
  description: string;
  example?: unknown;
  required?: boolean;
}

/** A whole number. */
export function QueryInteger(
  options: Options & { minimum: number; maximum?: number; default?: number },
): PropertyDecorator {
  const { minimum, maximum = 2_147_483_647 } = options;
  return parameter(options, { type: 'integer', minimum, maximum, default: options.default }, readInteger, [
    IsInt(),
    Min(minimum),
    Max(maximum),
  ]);
}

/** `true` or `false` in any letter case. */
export function QueryBoolean(options: Options & { default?: boolean }): PropertyDecorator {
  return parameter(options, { type: 'boolean', default: options.default }, readBoolean, [IsBoolean()]);
}

/** Any text, as long and of the form that is said. */
export function QueryText(
  options: Options & { minLength?: number; maxLength?: number; pattern?: RegExp },
): PropertyDecorator {
  const { minLength = 0, maxLength = 4096, pattern } = options;
  return parameter(options, { type: 'string', minLength, maxLength, pattern: pattern?.source }, asText, [
    IsString(),
    Length(minLength, maxLength),
    ...(pattern === undefined ? [] : [Matches(pattern)]),
  ]);
}

/** One of the given texts. */
export function QueryChoice(choices: readonly string[], options: Options & { default?: string }): PropertyDecorator {
  return parameter(options, { enum: [...choices], type: 'string', default: options.default }, asText, [
    IsIn([...choices]),
  ]);
}

/** Any number of the given texts, by repeating the parameter; empty values are ignored. */
export function QueryChoices(choices: readonly string[], options: Options): PropertyDecorator {
  return parameter(
    options,
    { enum: [...choices], type: 'string', isArray: true },
    (text) => (text === '' ? undefined : text),
    [IsIn([...choices], { each: true })],
    true,
  );
}

/** Any number of texts of one form, by repeating the parameter. */
export function QueryTexts(
  options: Options & { maxLength: number; pattern: RegExp; atMost: number },
): PropertyDecorator {
  const { maxLength, pattern, atMost } = options;
  return parameter(
    options,
    { type: 'string', isArray: true },
    asText,
    [ArrayMaxSize(atMost), Length(1, maxLength, { each: true }), Matches(pattern, { each: true })],
    true,
  );
}

/** A date or date with time, as UTC text with microseconds; `bound` says which end of the day a bare date means. */
export function QueryDate(options: Options & { bound: 'from' | 'to' }): PropertyDecorator {
  const isBound = (value: unknown): boolean => value instanceof DateBound;
  return parameter(
    options,
    { type: 'string', format: 'date-time' },
    (text) => {
      const parsed = parseDateBound(text, options.bound);
      return parsed === undefined ? text : new DateBound(parsed);
    },
    [
      MatchesRule(
        'isDate',
        isBound,
        'must be an ISO 8601 date or date with time, such as 2026-03-01 or 2026-03-01T12:30:00Z',
      ),
    ],
  );
}

/** An inclusive bound in time, UTC, `YYYY-MM-DDTHH:MM:SS.ffffff`. */
export class DateBound {
  constructor(readonly utc: string) {}
}

function parameter(
  options: Options,
  schema: ApiPropertyOptions,
  read: (text: string) => unknown,
  rules: PropertyDecorator[],
  list = false,
): PropertyDecorator {
  const { description, example, required = false } = options;
  const presence = required ? IsDefined() : ValidateIf((_, value) => value !== undefined);
  return applyDecorators(
    ApiProperty(withoutUndefined({ ...schema, description, required, example })),
    presence,
    ...rules,
    (target: object, name: string | symbol) => declare(target, { name: String(name), list, read }),
  );
}

function declare(prototype: object, declared: QueryParameter): void {
  const type = prototype.constructor;
  Reflect.defineMetadata(PARAMETERS, [...queryParametersOf(type), declared], type);
}

function withoutUndefined(options: object): ApiPropertyOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function readInteger(text: string): unknown {
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : text;
}

function readBoolean(text: string): unknown {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : text;
}

function asText(text: string): string {
  return text;
}
