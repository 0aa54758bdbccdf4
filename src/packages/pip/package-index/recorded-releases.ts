import { inTurns } from '../../../concurrency/index.js';
import type { FindingPort } from '../../package-manager.js';
import type { ReleaseQuery } from './chosen-file.js';
import { type ListedFile, checkedFile } from './listed-file.js';
import { readFileName, type ReleaseFile } from './release-file.js';

/** What an index said of one release. */
export interface Release {
  /** Base address of the index. */
  index: string;
  files: readonly ReleaseFile[];
}

/** A release, as it was asked for. */
export interface ReleaseSubject {
  /** Base addresses of the indexes that serve the project, in order: with others, another one could have had it. */
  indexes: readonly string[];
  /** PEP 503 name. */
  project: string;
  /** Key of the version. */
  release: string;
}

const KIND = 'pip-release';

/**
 * What was recorded for each; undefined when nothing was, or cannot be read. Where a query wants no wheels, they are left
 * out: a release may have a hundred, and nearly all of the time here is theirs.
 */
export async function findReleases(
  asked: readonly { subject: ReleaseSubject; query: Pick<ReleaseQuery, 'wheels'> }[],
  findings: FindingPort,
): Promise<(Release | undefined)[]> {
  const found = await findings.find(KIND, asked.map(({ subject }) => textOf(subject)));
  const releases: (Release | undefined)[] = [];
  await inTurns(found.entries(), ([at, content]) => {
    const { subject, query } = asked[at];
    releases.push(content === undefined ? undefined : readRelease(content, subject, query.wheels !== undefined));
  });
  return releases;
}

/** Records what an index says of releases, so that nobody need ask it again. */
export async function recordReleases(
  releases: readonly (readonly [ReleaseSubject, Release])[],
  findings: FindingPort,
): Promise<void> {
  const records = releases.map(([subject, release]) => ({
    subject: textOf(subject),
    content: JSON.stringify({ index: release.index, files: release.files.map(recordOf) }),
  }));
  await findings.record(KIND, records);
}

function textOf({ indexes, project, release }: ReleaseSubject): string {
  return JSON.stringify([indexes, project, release]);
}

/** What its name tells is read from it again. */
function recordOf({ fileName, url, digests, requiresPython, yanked }: ReleaseFile): object {
  return { fileName, url, digests, requiresPython, yanked };
}

/** As careful as with a page: the rules may have become stricter, or somebody has changed the row. */
function readRelease(
  content: string,
  { indexes, project }: ReleaseSubject,
  withWheels: boolean,
): Release | undefined {
  const { index, files } = objectOf(parsed(content));
  if (typeof index !== 'string' || !indexes.includes(index) || !Array.isArray(files)) return undefined;
  const wanted = (files as unknown[]).map(objectOf).filter(({ fileName }) => withWheels || !isWheel(fileName));
  const read = wanted.map((file) => readRecord(file, index, project));
  return read.every((file) => file !== undefined) ? { index, files: read } : undefined;
}

function isWheel(fileName: unknown): boolean {
  return typeof fileName === 'string' && fileName.endsWith('.whl');
}

function readRecord(
  { fileName, url, digests, requiresPython, yanked }: Readonly<Record<string, unknown>>,
  index: string,
  project: string,
): ReleaseFile | undefined {
  const stringOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  if (typeof fileName !== 'string' || typeof url !== 'string') return undefined;
  const name = readFileName(fileName, project);
  if (name === undefined) return undefined;
  const listed: ListedFile = {
    fileName,
    address: url,
    hashes: Object.entries(objectOf(digests)),
    requiresPython: stringOf(requiresPython),
    yanked: stringOf(yanked),
  };
  const checked = checkedFile(listed, name, index);
  return 'refusal' in checked ? undefined : checked;
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
