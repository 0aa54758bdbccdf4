import { NetworkError } from '../../../errors/index.js';
import { checkedFile, type ListedFile } from './listed-file.js';
import { NOTHING_SAID, type PageFacts, readHtmlPage } from './html-page.js';
import { readJsonPage } from './json-page.js';
import { newestVersions } from './newest-versions.js';
import { readFileName, type ReleaseFile } from './release-file.js';
import { releaseKey } from '../versions.js';

export interface PageInput {
  content: Uint8Array;
  /** Media type without parameters, lower case. */
  type: string;
  /** Where it came from after redirects. */
  url: string;
  /** PEP 503 name. */
  project: string;
  /** Keys of the releases that are wanted. */
  wanted: readonly string[];
}

/** What a page says, as far as it is wanted. */
export interface PageContent {
  /** Key → files, in the order of the page. A release that the page does not have is not there. */
  releases: Map<string, ReleaseFile[]>;
  /**
   * Some of the versions that there are, and of those with a source distribution, the newest first. Empty when each
   * wanted release has a source distribution: nobody need be told of others.
   */
  versions: string[];
  sdistVersions: string[];
  /** Some of the files of wanted releases that cannot be taken, and why. */
  refused: { release: string; fileName: string; reason: string }[];
}

/** Files of one release. The largest real ones have some hundreds. */
const MAX_FILES = 2000;
/** Refused files that are told. */
const TOLD = 5;

/** Reads a project's page (PEP 503, 691). Throws `NetworkError` for one that is none. */
export function readPage({ content, type, url, project, wanted }: PageInput): PageContent {
  const listed: [key: string, file: ListedFile, name: Pick<ReleaseFile, 'kind' | 'name' | 'version'>][] = [];
  const counts = new Map(wanted.map((key) => [key, 0]));
  const keys = new Map<string, string>();
  const [versions, sdistVersions] = [new Map<string, string>(), new Map<string, string>()];
  const onFile = (file: ListedFile): void => {
    const name = readFileName(file.fileName, project);
    if (name === undefined) return;
    const key = keys.get(name.version) ?? releaseKey(name.version);
    keys.set(name.version, key);
    versions.set(key, name.version);
    if (name.kind === 'sdist') sdistVersions.set(key, name.version);
    const count = counts.get(key);
    if (count === undefined) return;
    counts.set(key, count + 1);
    if (count < MAX_FILES) listed.push([key, file, name]);
  };
  const facts = factsOf(type, new TextDecoder().decode(content), onFile);
  if (facts.problem !== undefined) throw unusable(url, facts.problem);
  checkApiVersion(facts.apiVersion, url);
  for (const count of counts.values()) {
    if (count > MAX_FILES) throw unusable(url, `it lists more than ${MAX_FILES} files of one version`);
  }
  const base = facts.base !== undefined && URL.canParse(facts.base, url) ? new URL(facts.base, url).href : url;
  const isComplete = wanted.every((key) => sdistVersions.has(key));
  const toTell = (map: ReadonlyMap<string, string>): string[] => (isComplete ? [] : newestVersions(map.values()));
  return { ...checkedFiles(listed, base), versions: toTell(versions), sdistVersions: toTell(sdistVersions) };
}

function checkedFiles(
  listed: readonly [key: string, file: ListedFile, name: Pick<ReleaseFile, 'kind' | 'name' | 'version'>][],
  base: string,
): Pick<PageContent, 'releases' | 'refused'> {
  const releases: PageContent['releases'] = new Map();
  const refused: PageContent['refused'] = [];
  for (const [key, file, name] of listed) {
    const files = releases.get(key) ?? [];
    releases.set(key, files);
    const checked = checkedFile(file, name, base);
    if (!('refusal' in checked)) files.push(checked);
    else if (refused.length < TOLD) refused.push({ release: key, fileName: file.fileName, reason: checked.refusal });
  }
  return { releases, refused };
}

function factsOf(type: string, text: string, onFile: (file: ListedFile) => void): PageFacts {
  // "latest" is asked for by nobody here, but some servers call their answer so.
  const [, version, format] = /^application\/vnd\.pypi\.simple\.(v\d+|latest)\+(json|html)$/.exec(type) ?? [];
  if (version !== undefined && version !== 'v1' && version !== 'latest') {
    return { ...NOTHING_SAID, apiVersion: version.slice(1) };
  }
  if (format === 'json') return readJsonPage(text, onFile);
  if (format === 'html') return readHtmlPage(text, onFile);
  if (type !== 'text/html') return { ...NOTHING_SAID, problem: `its type is ${JSON.stringify(type.slice(0, 100))}` };
  const facts = readHtmlPage(text, onFile);
  if (!facts.looksForeign || facts.apiVersion !== undefined) return facts;
  return { ...facts, problem: 'it is a web page without any link to a file (a login page?)' };
}

/** PEP 629: another major version may mean anything. */
function checkApiVersion(version: string | undefined, url: string): void {
  const major = /^\s*(\d+)(?:\.\d+)*\s*$/.exec(version ?? '1.0')?.[1];
  if (major === undefined || Number(major) <= 1) return;
  throw new NetworkError(
    `The package index answers at ${plainAddress(url)} in version ${major} of its interface, and only version 1 is understood here.`,
  );
}

function unusable(url: string, problem: string): NetworkError {
  return new NetworkError(
    `${plainAddress(url)} does not answer as a page of a package index: ${problem}. Is the address of the index right, and ` +
      'does it want credentials? The administrators of this service configure both.',
  );
}

/** What may be shown of the address of a page. */
export function plainAddress(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
