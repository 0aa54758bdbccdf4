/**
 * SQL that shows a `timestamp` column (UTC without zone) as the API does: `YYYY-MM-DDTHH:MM:SS.ffffff`. In SQL, because
 * a JavaScript `Date` has milliseconds only.
 */
export function timestampSql(column: string): string {
  return `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US')`;
}
