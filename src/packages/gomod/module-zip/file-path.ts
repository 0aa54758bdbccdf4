/** Letters, digits, and the marks that no shell and no file system makes something else of. */
const CHARACTERS = /^[-!#$%&()+,.=@[\]^_{}~ 0-9A-Za-z\p{L}]+$/u;

/** Names that Windows keeps for devices, whatever follows their first dot. */
const DEVICES = /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])$/i;

/**
 * Whether a path may stand in a module zip: golang.org/x/mod/module.CheckFilePath. Relative, clean, and the same file on
 * every system.
 */
export function isFilePath(path: string): boolean {
  return path.split('/').every(isElement);
}

function isElement(element: string): boolean {
  return CHARACTERS.test(element) && !element.endsWith('.') && !DEVICES.test(element.split('.', 1)[0]);
}
