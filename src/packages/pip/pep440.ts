import { parse } from '@renovatebot/pep440';

/** Characters; longer texts are no versions. The longest real ones have forty. */
const MAX_LENGTH = 256;
/** Numbers of this many digits could be rounded, and then equal others. */
const ROUNDED_NUMBER = /[0-9]{16}/;

/** A version by PEP 440. */
export interface Version {
  epoch: number;
  release: readonly number[];
  /** `a1`, `b0`, `rc2` */
  pre: string | undefined;
  /** `post1` */
  post: string | undefined;
  /** `dev0` */
  dev: string | undefined;
  /** Behind the `+`, in normal form: `abc.1`. */
  local: string | undefined;
}

/**
 * Undefined for what is no version by PEP 440, and for numbers of more than 15 digits (before the local label), which
 * could not be compared exactly.
 */
export function parseVersion(text: string): Version | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [publicText, ...labels] = text.trim().split('+');
  const local = labels.length === 0 ? undefined : normalLabel(labels.join('+'));
  if (labels.length > 0 && local === undefined) return undefined;
  const parsed = ROUNDED_NUMBER.test(publicText) ? null : parse(publicText);
  if (parsed === null) return undefined;
  const { epoch, release, pre, post, dev } = parsed;
  return { epoch, release, pre: joined(pre), post: joined(post), dev: joined(dev), local };
}

/** In normal form. */
export function formatVersion(version: Version): string {
  const local = version.local === undefined ? '' : `+${version.local}`;
  return publicVersion(version) + local;
}

/** In normal form, without the local label. */
export function publicVersion({ pre = '', post, dev, ...version }: Version): string {
  const parts = [post, dev].map((part) => (part === undefined ? '' : `.${part}`));
  return `${baseVersion(version)}${pre}${parts.join('')}`;
}

/** Epoch and release only. */
export function baseVersion({ epoch, release }: Pick<Version, 'epoch' | 'release'>): string {
  return `${epoch === 0 ? '' : `${epoch}!`}${release.join('.')}`;
}

/**
 * A local label in lower case with dots between its parts, and without leading zeros of its numbers; undefined when
 * malformed. (The library would read `1e5` as a number.)
 */
function normalLabel(label: string): string | undefined {
  const parts = label.toLowerCase().split(/[-_.]/);
  if (!parts.every((part) => /^[a-z0-9]+$/.test(part))) return undefined;
  return parts.map((part) => (/^[0-9]+$/.test(part) ? part.replace(/^0+(?=[0-9])/, '') : part)).join('.');
}

/** The types of the library say that a part is always there. */
function joined(part: readonly (string | number)[] | null): string | undefined {
  return part?.join('');
}
