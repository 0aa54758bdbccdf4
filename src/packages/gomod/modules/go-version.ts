import { compareDecimals, compareText } from './decimals.js';

interface GoVersion {
  major: string;
  minor: string;
  patch: string;
  /** `rc` of `1.23rc1`. */
  kind: string;
  /** `1` of `1.23rc1`. */
  pre: string;
}

const NONE: GoVersion = { major: '', minor: '', patch: '', kind: '', pre: '' };
const GO_VERSION = /^(0|[1-9][0-9]*)(?:\.(0|[1-9][0-9]*)(?:\.(0|[1-9][0-9]*)|([a-z]+)(0|[1-9][0-9]*)?)?)?$/;
/** Real ones have at most ten characters. */
const MAX_LENGTH = 64;

/**
 * The Go version that a toolchain's name or a `go` line means: `1.22.3` for `go1.22.3`, `1.22.3` and `go1.22.3-custom`,
 * `1.23rc1` for `go1.23rc1`. Undefined for anything else, such as `default`, `local`, a version of more than 64 characters
 * or a development build.
 */
export function parseGoVersion(text: string): string | undefined {
  if (text.length > MAX_LENGTH || /[/\\]/.test(text)) return undefined;
  const version = text.replace(/^go/, '').split(/[ \t-]/, 1)[0];
  return parse(version) === NONE ? undefined : version;
}

/**
 * Compares Go versions as Go itself does (internal/gover): negative, 0 or positive. The language version `1.21` comes
 * before `1.21rc1`, and that before the first release, `1.21.0`; before Go 1.21, `1.20` is the first release. Takes them as
 * `parseGoVersion` returns them; what is no version comes first.
 */
export function compareGoVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  return (
    compareDecimals(left.major, right.major) ||
    compareDecimals(left.minor, right.minor) ||
    compareDecimals(left.patch, right.patch) ||
    compareText(left.kind, right.kind) ||
    compareDecimals(left.pre, right.pre)
  );
}

function parse(version: string): GoVersion {
  const match = GO_VERSION.exec(version);
  if (match === null) return NONE;
  const [, major, minor, patch, kind = '', pre = ''] = match;
  if (minor === undefined) return { ...NONE, major, minor: '0', patch: '0' };
  const isFirstRelease = kind === '' && compareDecimals(minor, '21') < 0;
  return { major, minor, patch: patch ?? (isFirstRelease ? '0' : ''), kind, pre };
}
