/** A table as both sides must have it. */
export interface TableShape {
  name: string;
  /** In their order; those that PostgreSQL computes are not among them. */
  columns: string[];
}

/** What a table holds. */
export interface TableContent {
  rows: number;
  /** Of all rows, whatever their order: `RowDigest`. */
  digest: string;
}

export interface DatabaseDescription {
  kind: 'database';
  /** Of the parts that follow. */
  format: typeof FORMAT;
  /** Of the program that reads the database. */
  version: string;
  /** Names of all that have run, oldest first. */
  migrations: string[];
  tables: TableShape[];
}

export const FORMAT = 1;

/**
 * A database on its way from one server to another, in this order: its description; of each table its name, rows (text of
 * `COPY`, cut anywhere) and content; what its sequences go on with. What has not come to that last part is not whole.
 */
export type TransferPart =
  | DatabaseDescription
  | { kind: 'table'; name: string }
  | { kind: 'rows'; bytes: Buffer }
  | ({ kind: 'content' } & TableContent)
  | { kind: 'sequences'; next: Record<string, string> };
