/** What `str.strip()` takes for white space in Python, which differs from JavaScript's in some control characters. */
const BLANKS = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const BLANK = new RegExp(`[${BLANKS}]`);

/** A text without white space at its ends, as `str.strip()` in Python. */
export function strip(text: string): string {
  return stripEnd(text.slice(indentation(text)));
}

/** A text without white space at its end. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && BLANK.test(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

/** How many characters of white space a text begins with. */
export function indentation(text: string): number {
  let start = 0;
  while (start < text.length && BLANK.test(text[start])) start += 1;
  return start;
}
