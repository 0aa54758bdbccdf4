import type { ValueTransformer } from 'typeorm';

/** A `bigint` column as a number: ids and sizes stay far below 2⁵³. */
export const BIGINT: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : Number(value)),
  to: (value: number | null | undefined) => value,
};
