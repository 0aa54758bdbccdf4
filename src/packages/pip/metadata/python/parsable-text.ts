/** `1.`, `1.e5`, `1.j`: a number without digits behind its point. */
const POINTED = /(?<![\p{ID_Continue}.])\d[\d_]*\.(?=[jJ]?(?![\p{ID_Continue}.])|[eE][+-]?\d)/gu;
/** `yield` without a value. */
const YIELD = /(?<![\p{ID_Continue}.])yield(?=[ \t]*(?:[\n)#;]|$))/gu;
/** Editors' page breaks. */
const PAGE_BREAKS = /^\f+/gm;

/**
 * A text of the same length that means the same tree, but for what the grammar of `@lezer/python` lacks and real files
 * have: `1.` is written `10` in it, a bare `yield` as a name, a form feed at the start of a line as an empty line. Only
 * for the parser: the changes go into strings and comments, too, whose ends stay where they are.
 */
export function parsableText(text: string): string {
  return text
    .replace(POINTED, (number) => `${number.slice(0, -1)}0`)
    .replace(YIELD, 'YIELD')
    .replace(PAGE_BREAKS, (breaks) => '\n'.repeat(breaks.length));
}
