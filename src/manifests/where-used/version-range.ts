import { Range } from 'semver';
import { CachitoNotImplementedError, ValidationError } from '../../errors/index.js';
import { quote } from '../../http/index.js';
import { pythonRange } from './python-range.js';

/** Tells whether a version lies in a range. */
export type VersionTest = (version: string) => boolean;

/** How each type of component writes ranges; `undefined` = not known here yet. */
const SYNTAXES: Readonly<Record<string, ((text: string) => VersionTest) | undefined>> = {
  npm: semanticRange,
  yarn: semanticRange,
  pip: pythonRange,
};

/** Types whose versions have no order: commits. */
const UNORDERED = new Set(['git-submodule']);

/**
 * A range in the syntax of the ecosystem. What is no version of that ecosystem (addresses, paths) is in no range.
 * Throws `ValidationError` for what is no range, `CachitoNotImplementedError` for a type whose ranges are not known.
 */
export function versionRange(type: string, text: string): VersionTest {
  const read = Object.hasOwn(SYNTAXES, type) ? SYNTAXES[type] : undefined;
  if (read !== undefined) return read(text);
  if (UNORDERED.has(type)) throw new ValidationError(`There are no version ranges of ${type}; search by exact version`);
  throw new CachitoNotImplementedError(
    `Version ranges of ${type} are not supported yet: search by exact version, or without one.`,
  );
}

/** As npm reads it; so a prerelease is in a range only if one of its comparators names a prerelease of that version. */
function semanticRange(text: string): VersionTest {
  const range = parse(text);
  return (version) => range.test(version);
}

function parse(text: string): Range {
  try {
    return new Range(text, { loose: true });
  } catch {
    throw new ValidationError(`${quote(text)} is not a version range, such as ^2.1.0 or >=1.2.0 <3`);
  }
}
