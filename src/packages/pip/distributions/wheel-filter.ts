import { ValidationError } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import { indexName } from '../names.js';
import { compileTagPattern, type TagPattern } from './tag-pattern.js';
import type { WheelName, WheelTag } from './wheel-name.js';

/** Which wheels are wanted besides source distributions: `binary` of a package's configuration; lists mean "one of". */
export interface WheelFilter {
  /** Normalised by PEP 503; undefined = all. */
  packages: readonly string[] | undefined;
  /** Parts of platform tags; undefined = all. */
  arch: readonly string[] | undefined;
  os: readonly string[] | undefined;
  /** Such as 312; undefined = all. */
  pythonVersion: number | undefined;
  /** Parts of interpreter tags; undefined = all. */
  implementation: readonly string[] | undefined;
  abi: readonly string[] | undefined;
  /** Regular expression, searched in the platform tag; undefined = none. */
  platform: string | undefined;
}

const ALL = ':all:';
const DEFAULTS = { packages: ALL, arch: 'x86_64', os: 'linux', py_impl: 'cp', abi: ALL };
const FIELDS = ['packages', 'arch', 'os', 'py_version', 'py_impl', 'abi', 'platform'];
/** Characters of a list. */
const MAX_LIST = 10_000;
/** Of a project, or a part of a tag. */
const NAME = /^[\w.:-]+$/;

/**
 * Which wheels a package's configuration asks for: `binary`, or `allow_binary: true` for `binary` with all defaults;
 * undefined = none. Throws `ValidationError`.
 */
export function readWheelFilter(entry: Record<string, unknown>): WheelFilter | undefined {
  const { binary = entry.allow_binary === true ? {} : undefined } = entry;
  if (binary === undefined) return undefined;
  if (typeof binary !== 'object' || binary === null || Array.isArray(binary)) throw invalid('binary', 'an object');
  const fields = new Map<string, unknown>(Object.entries(binary));
  const unknown = [...fields.keys()].find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) {
    throw new ValidationError(`"binary" has the unexpected property ${quote(unknown)}; it may have ${FIELDS.join(', ')}.`);
  }
  const platform = readPlatform(fields);
  // The expression says all about the platform.
  const places = platform === undefined ? { arch: readList(fields, 'arch'), os: readList(fields, 'os') } : ANYWHERE;
  return {
    packages: readList(fields, 'packages')?.map(indexName),
    ...places,
    pythonVersion: readVersion(fields.get('py_version')),
    implementation: readList(fields, 'py_impl'),
    abi: readList(fields, 'abi'),
    platform,
  };
}

const ANYWHERE = { arch: undefined, os: undefined };

function readPlatform(fields: ReadonlyMap<string, unknown>): string | undefined {
  const platform = fields.get('platform');
  if (platform === undefined) return undefined;
  if (typeof platform !== 'string' || platform === '') throw invalid('binary.platform', 'a regular expression');
  if ((['arch', 'os'] as const).some((field) => (fields.get(field) ?? DEFAULTS[field]) !== DEFAULTS[field])) {
    throw new ValidationError('"binary.platform" cannot be combined with "arch" or "os": leave them out.');
  }
  compileTagPattern(platform);
  return platform;
}

/** Undefined = all. */
function readList(fields: ReadonlyMap<string, unknown>, name: keyof typeof DEFAULTS): string[] | undefined {
  const value = fields.has(name) ? fields.get(name) : DEFAULTS[name];
  const expected = `names separated by commas, in a text of at most ${MAX_LIST} characters`;
  if (typeof value !== 'string' || value.length > MAX_LIST) throw invalid(`binary.${name}`, expected);
  const items = value.split(',').map((item) => item.trim());
  // An empty name would fit everything.
  if (!items.every((item) => NAME.test(item))) throw invalid(`binary.${name}`, expected);
  return items.includes(ALL) ? undefined : items;
}

function readVersion(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 20 && value <= 9999) return value;
  throw invalid('binary.py_version', 'an integer such as 312, which means Python 3.12');
}

function invalid(key: string, expected: string): ValidationError {
  return new ValidationError(`"${key}" must be ${expected}.`);
}

/**
 * Whether wheels of a project are wanted. `project`: its name, in any spelling. `besides`: as well as its source
 * distribution; `only`: instead of it.
 */
export function wheelsWanted(filter: WheelFilter | undefined, project: string): 'no' | 'besides' | 'only' {
  if (filter === undefined) return 'no';
  if (filter.packages === undefined) return 'besides';
  return filter.packages.includes(indexName(project)) ? 'only' : 'no';
}

/** Whether one of the tags of a wheel is what the filter asks for. Throws `ValidationError` for a costly expression. */
export function fitsWheel(wheel: WheelName, filter: WheelFilter): boolean {
  const fitsPlatform = patternOf(filter);
  return wheel.tags.some((tag) => fitsTag(tag, filter) && fitsPlatform(tag.platform));
}

function fitsTag({ interpreter, abi, platform }: WheelTag, filter: WheelFilter): boolean {
  return (
    (platform === 'any' || (isPart(platform, filter.arch) && isPart(platform, filter.os))) &&
    (interpreter === 'py3' || isPart(interpreter, filter.implementation)) &&
    (isForAll(abi) || isPart(abi, filter.abi)) &&
    fitsVersion(interpreter, abi, filter.pythonVersion)
  );
}

/** Whether one of the items is found in a tag. */
function isPart(tag: string, items: readonly string[] | undefined): boolean {
  return items === undefined || items.some((item) => tag.includes(item));
}

/** No ABI of a certain version of Python. */
function isForAll(abi: string): boolean {
  return abi === 'abi3' || abi === 'none';
}

/** `cp312` for 312; `cp38` and `py3`, too, unless the ABI is that of one version. */
function fitsVersion(interpreter: string, abi: string, wanted: number | undefined): boolean {
  if (wanted === undefined) return true;
  const [, digits] = /^\D*(\d{1,6})/.exec(interpreter) ?? [];
  if (digits === undefined || digits[0] !== String(wanted)[0]) return false;
  return digits === String(wanted) || (isForAll(abi) && minor(digits) < minor(String(wanted)));
}

/** The major version is one digit; what it stands for alone begins with the first one. */
function minor(version: string): number {
  return version.length === 1 ? -1 : Number(version.slice(1));
}

const patterns = new WeakMap<WheelFilter, TagPattern>();

/** Platforms come up again and again: each is searched once. */
function patternOf(filter: WheelFilter): TagPattern {
  if (filter.platform === undefined) return () => true;
  const known = patterns.get(filter) ?? remembering(compileTagPattern(filter.platform));
  patterns.set(filter, known);
  return known;
}

/** Answers that are remembered: there are fewer platforms. */
const MAX_REMEMBERED = 1000;

function remembering(pattern: TagPattern): TagPattern {
  const answers = new Map<string, boolean>();
  return (text) => {
    const answer = answers.get(text) ?? pattern(text);
    if (answers.size < MAX_REMEMBERED) answers.set(text, answer);
    return answer;
  };
}
