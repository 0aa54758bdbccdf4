/**
 * Why a text cannot be stored or shown, or undefined when it can: PostgreSQL keeps no NUL, and half a surrogate pair is
 * no character.
 */
export function brokenText(text: string): string | undefined {
  if (text.includes('\0')) return 'a NUL character';
  if (/\p{Surrogate}/u.test(text)) return 'half of a surrogate pair';
  return undefined;
}
