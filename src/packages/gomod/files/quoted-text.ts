const ESCAPES = /\\(?:x([0-7][0-9A-Fa-f])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([01][0-7]{2})|(["\\]))|\\/g;
/** Control characters, and halves of surrogate pairs. */
const UNUSABLE = /[\u0000-\u001f\u007f]|\p{Cs}/u;

/**
 * The text that a word of a `go.mod` or `go.work` means: the word itself, or what stands between its quotes (`"…"` with the
 * escapes of Go, or `` `…` ``). Undefined for a word that has quotes anywhere else, for escapes that Go does not know, and
 * for what no name or path holds: control characters, bytes that are not UTF-8.
 */
export function textOfWord(word: string): string | undefined {
  const text = unquoted(word);
  return text === undefined || UNUSABLE.test(text) ? undefined : text;
}

function unquoted(word: string): string | undefined {
  if (word.startsWith('"')) return unescaped(word.slice(1, -1));
  if (word.startsWith('`')) return word.slice(1, -1);
  return /["'`]/.test(word) ? undefined : word;
}

function unescaped(text: string): string | undefined {
  let known = true;
  const plain = text.replace(ESCAPES, (_, byte?: string, short?: string, long?: string, octal?: string, mark?: string) => {
    if (mark !== undefined) return mark;
    const hexadecimal = byte ?? short ?? long;
    const code = hexadecimal === undefined ? parseInt(octal ?? '', 8) : parseInt(hexadecimal, 16);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    known = false;
    return '';
  });
  return known ? plain : undefined;
}
