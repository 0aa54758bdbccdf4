import { ValidationError } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import { faultOfElement, faultOfPath, IMPORT_PATH, MODULE_PATH, VERSION } from './path-elements.js';
import { splitMajor } from './path-major.js';

const HOST = /^[a-z0-9.-]+$/;

/**
 * Checks the path of a module that can be fetched, by the rules of golang.org/x/mod/module.CheckPath; also, a path has at
 * most 1000 characters. Such a path is safe as a path of a file or an address, once escaped. Throws `ValidationError`.
 */
export function checkModulePath(path: string): void {
  const fault = faultOfModulePath(path);
  if (fault !== undefined) throw new ValidationError(`${quote(path)} is not the path of a Go module: ${fault}.`);
}

/** Whether `checkModulePath` accepts a path. */
export function isModulePath(path: string): boolean {
  return faultOfModulePath(path) === undefined;
}

/** Whether a text is an import path (golang.org/x/mod/module.CheckImportPath), such as that of a module never fetched. */
export function isImportPath(path: string): boolean {
  return faultOfPath(path, IMPORT_PATH) === undefined;
}

/**
 * A module path as the Go module proxy protocol spells it: a capital becomes `!` and the small letter, for file systems
 * that do not tell them apart. Throws `ValidationError` as `checkModulePath` does.
 */
export function escapeModulePath(path: string): string {
  checkModulePath(path);
  return escapeCapitals(path);
}

/** The module path of an escaped one; undefined when it is not one. */
export function unescapeModulePath(text: string): string | undefined {
  const path = unescapeCapitals(text);
  return path !== undefined && isModulePath(path) ? path : undefined;
}

/** As `escapeModulePath`, for a version or a query such as `latest` or the name of a branch. */
export function escapeVersion(version: string): string {
  const fault = faultOfElement(version, VERSION);
  if (fault !== undefined) throw new ValidationError(`${quote(version)} is not the version of a Go module: ${fault}.`);
  return escapeCapitals(version);
}

/** The version of an escaped one; undefined when it is not one. */
export function unescapeVersion(text: string): string | undefined {
  const version = unescapeCapitals(text);
  return version !== undefined && faultOfElement(version, VERSION) === undefined ? version : undefined;
}

function faultOfModulePath(path: string): string | undefined {
  const fault = faultOfPath(path, MODULE_PATH);
  if (fault !== undefined) return fault;
  const host = path.split('/', 1)[0];
  if (!HOST.test(host)) return 'its first element, a host, may have only small letters, digits, dots and dashes';
  if (!host.includes('.')) return 'its first element, a host, has no dot';
  if (splitMajor(path) === undefined) return 'it does not end as its major version demands';
  return undefined;
}

function escapeCapitals(text: string): string {
  return text.replace(/[A-Z]/g, (capital) => `!${capital.toLowerCase()}`);
}

function unescapeCapitals(text: string): string | undefined {
  if (/[A-Z]/.test(text)) return undefined;
  const plain = text.replace(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return plain.includes('!') ? undefined : plain;
}
