/** What the name of a wheel tells (PEP 427). */
export interface WheelName {
  /** As spelled in the file name. */
  name: string;
  /** As spelled in the file name, but with the dashes that underscores stand for there. */
  version: string;
  /** Begins with a digit; tells wheels apart that are the same otherwise. */
  build: string | undefined;
  /** What it runs on: any of these. In lower case. */
  tags: readonly WheelTag[];
}

/** A compatibility tag (PEP 425): `cp312-cp312-manylinux_2_17_x86_64`. */
export interface WheelTag {
  interpreter: string;
  abi: string;
  platform: string;
}

/** Characters; file systems take no longer names. */
const MAX_NAME = 255;
/** The fullest real names stand for some dozens. */
const MAX_TAGS = 1000;

/** Reads `<name>-<version>[-<build>]-<interpreters>-<abis>-<platforms>.whl`; undefined when it is not that. */
export function parseWheelName(fileName: string): WheelName | undefined {
  if (!fileName.endsWith('.whl') || fileName.length > MAX_NAME) return undefined;
  const parts = fileName.slice(0, -'.whl'.length).split('-');
  if (parts.length < 5 || parts.length > 6 || !parts.every((part) => /^[\w.+!]+$/.test(part))) return undefined;
  const [name, version] = parts;
  const build = parts.length === 6 ? parts[2] : undefined;
  const tags = expandedTags(parts.slice(-3));
  if (tags === undefined || (build !== undefined && !/^[0-9]/.test(build))) return undefined;
  return { name, version: version.replaceAll('_', '-'), build, tags };
}

/** `py2.py3`, `none`, `any` stand for two tags; undefined for empty or too many ones. */
function expandedTags(sets: readonly string[]): WheelTag[] | undefined {
  const [interpreters, abis, platforms] = sets.map((set) => set.toLowerCase().split('.'));
  const all = [...interpreters, ...abis, ...platforms];
  if (all.includes('') || interpreters.length * abis.length * platforms.length > MAX_TAGS) return undefined;
  return interpreters.flatMap((interpreter) =>
    abis.flatMap((abi) => platforms.map((platform) => ({ interpreter, abi, platform }))),
  );
}
