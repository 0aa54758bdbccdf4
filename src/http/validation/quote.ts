const MAX_LENGTH = 80;

/** A value as an error message shows it: JSON, shortened. Never runs code of the value (`toString`, `toJSON`). */
export function quote(value: unknown): string {
  const text = typeof value === 'bigint' || typeof value === 'symbol' ? String(value) : JSON.stringify(value);
  if (text === undefined) return 'nothing';
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
