/** The characters that a kind of path may be made of, and whether its elements may begin with a dot. */
interface PathKind {
  characters: RegExp;
  leadingDot: boolean;
  /** Windows makes up short names such as `PROGRA~1`: two names for one module. */
  shortNames: boolean;
}

/** The kinds of paths of golang.org/x/mod/module. */
export const MODULE_PATH: PathKind = { characters: /^[A-Za-z0-9._~-]*$/, leadingDot: false, shortNames: false };
export const IMPORT_PATH: PathKind = { characters: /^[A-Za-z0-9._~+-]*$/, leadingDot: true, shortNames: false };
/** A version is part of a file name; of the letters beyond ASCII, which files may have, no escaped one can. */
export const VERSION: PathKind = { characters: /^[A-Za-z0-9#$%&()+,.=@[\]^_{}~ -]*$/, leadingDot: true, shortNames: true };

const RESERVED = /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])$/i;
const SHORT_NAME = /~[0-9]+$/;
const DOTS = /^\.+$/;
/** Longer ones fit no file system; it also keeps messages and addresses short. */
const MAX_PATH = 1000;
const MAX_ELEMENT = 255;

/** What is wrong with a path, as the end of a sentence; undefined when it is well-formed. */
export function faultOfPath(path: string, kind: PathKind): string | undefined {
  if (path === '') return 'it is empty';
  if (path.length > MAX_PATH) return `it is longer than ${MAX_PATH} characters`;
  if (path.startsWith('-')) return 'it begins with a dash';
  for (const element of path.split('/')) {
    const fault = faultOfElement(element, kind);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** The same for one element of a path. */
export function faultOfElement(element: string, kind: PathKind): string | undefined {
  if (element === '') return 'it has an empty element: a slash too many';
  if (element.length > MAX_ELEMENT) return `an element is longer than ${MAX_ELEMENT} characters`;
  if (DOTS.test(element)) return 'an element is made of dots only';
  if (element.startsWith('.') && !kind.leadingDot) return 'an element begins with a dot';
  if (element.endsWith('.')) return 'an element ends with a dot';
  if (!kind.characters.test(element)) return 'it has a character that is not allowed there';
  const short = element.split('.', 1)[0];
  if (RESERVED.test(short)) return 'an element is a reserved name of Windows';
  if (!kind.shortNames && SHORT_NAME.test(short)) return 'an element ends with a tilde and digits';
  return undefined;
}
