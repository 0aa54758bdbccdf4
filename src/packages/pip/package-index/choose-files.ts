import { inTurns, sideBySide } from '../../../concurrency/index.js';
import type { RegistryUpstream } from '../../../config/index.js';
import { ValidationError } from '../../../errors/index.js';
import type { JobLog, ResolveJob } from '../../package-manager.js';
import { quote } from '../../quote.js';
import { chooseFromRelease, type Refusal } from './choose-from-release.js';
import type { ChosenFile, ReleaseQuery } from './chosen-file.js';
import { indexName } from '../names.js';
import type { PageContent } from './read-page.js';
import { readPageAside } from './read-page-aside.js';
import { findReleases, recordReleases, type Release, type ReleaseSubject } from './recorded-releases.js';
import type { ReleaseFile } from './release-file.js';
import { noIndex, noProject, nothingToTake, noVersion } from './refusals.js';
import { projectPage, servingIndexes } from './serving-indexes.js';
import { releaseKey } from '../versions.js';

export type IndexJob = Pick<ResolveJob, 'keptDocuments' | 'findings' | 'settings' | 'log' | 'signal'>;

/** Project pages that are fetched at a time. */
const PAGES_AT_A_TIME = 25;
/** Bytes of a page. The largest real ones have some tens of MiB. */
const MAX_PAGE = 64 * 1024 * 1024;
/** As pip asks (PEP 691): JSON, and HTML where there is none. */
const ACCEPT =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.1, text/html;q=0.01';

/** Characters. No longer name fits into the name of a file. */
const MAX_NAME = 200;

/** A query, where its answer belongs, and which indexes serve its project. */
interface Asked {
  at: number;
  query: ReleaseQuery;
  indexes: readonly RegistryUpstream[];
  subject: ReleaseSubject;
}

/**
 * The files to take of each release, in the order of the queries; there is at least one of each. What was recorded of a
 * release before is taken as it is where it will do, so a repeated request asks no index. `onDone` hears how many
 * queries are answered, each time it grows.
 *
 * Throws `InvalidRequestData` (no such project or version, nothing of the wanted kind, only yanked files),
 * `InvalidChecksum` (no file with a demanded digest), `NetworkError` (no usable answer of an index), `ValidationError`
 * (no name of a project); the first failure ends everything.
 */
export async function chooseFiles(
  queries: readonly ReleaseQuery[],
  job: IndexJob,
  onDone: (count: number) => void = () => undefined,
): Promise<ChosenFile[][]> {
  const chosen = new Array<ChosenFile[]>(queries.length);
  let done = 0;
  const answer = ({ at, query }: Asked, { index, files }: Release): Refusal | undefined => {
    const choice = chooseFromRelease(query, files, job.settings.pip.allowYanked);
    if ('refusal' in choice) return choice.refusal;
    chosen[at] = choice.files.map((file) => ({ ...file, index }));
    if (choice.yanked) warnOfYanked(query, choice.files, job.log);
    onDone(++done);
    return undefined;
  };
  const asked = askedOf(queries, job.settings.upstreams.pip);
  const open: Asked[] = [];
  const recorded = await findReleases(asked, job.findings);
  await inTurns(asked.entries(), ([number, each]) => {
    const release = recorded[number];
    if (release === undefined || answer(each, release) !== undefined) open.push(each);
  });
  await sideBySide(byProject(open), PAGES_AT_A_TIME, job.signal, (project, signal) =>
    answerFromPage(project, { ...job, signal }, answer),
  );
  return chosen;
}

function askedOf(queries: readonly ReleaseQuery[], upstreams: readonly RegistryUpstream[]): Asked[] {
  const serving = new Map<string, readonly RegistryUpstream[]>();
  return queries.map((query, at) => {
    checkName(query.name);
    const project = indexName(query.name);
    const indexes = serving.get(project) ?? servingIndexes(project, upstreams);
    serving.set(project, indexes);
    if (indexes.length === 0) throw noIndex(query);
    const subject = { indexes: indexes.map(({ url }) => url), project, release: releaseKey(query.version) };
    return { at, query, indexes, subject };
  });
}

/** It becomes a part of addresses. */
function checkName(name: string): void {
  if (name.length <= MAX_NAME && /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name)) return;
  throw new ValidationError(
    `${quote(name)} is no name of a Python project: letters, digits, dots, dashes and underscores, at most ${MAX_NAME}.`,
  );
}

/** Each page is fetched once, whatever number of its releases is asked for. */
function byProject(asked: readonly Asked[]): Asked[][] {
  const projects = new Map<string, Asked[]>();
  for (const each of asked) {
    const { project } = each.subject;
    const others = projects.get(project);
    if (others === undefined) projects.set(project, [each]);
    else others.push(each);
  }
  return [...projects.values()];
}

/** All of `asked` are of one project. */
async function answerFromPage(
  asked: readonly Asked[],
  job: IndexJob,
  answer: (asked: Asked, release: Release) => Refusal | undefined,
): Promise<void> {
  const { query, indexes, subject } = asked[0];
  for (const { url: index } of indexes) {
    const page = projectPage(index, subject.project);
    const content = await fetchPage(page, asked, job);
    if (content === undefined) continue;
    for (const { fileName, reason } of content.refused) {
      job.log.warn(`${page} names the file ${quote(fileName)}, which cannot be taken: ${reason}.`);
    }
    await recordAll(asked, index, content, job);
    for (const each of asked) {
      const files = content.releases.get(each.subject.release);
      if (files === undefined) throw noVersion(each.query, page, content);
      const refusal = answer(each, { index, files });
      if (refusal !== undefined) throw nothingToTake(refusal, each.query, page, content, files);
    }
    return;
  }
  throw noProject(query, subject.indexes.map((url) => projectPage(url, subject.project)));
}

/** Undefined when the index does not have the project. */
async function fetchPage(page: string, asked: readonly Asked[], job: IndexJob): Promise<PageContent | undefined> {
  const { signal } = job;
  const document = await job.keptDocuments.fetch(page, { accept: ACCEPT, maxSize: MAX_PAGE, signal });
  if (document === undefined) return undefined;
  const wanted = [...new Set(asked.map(({ subject }) => subject.release))];
  return readPageAside({ ...document, project: asked[0].subject.project, wanted }, signal);
}

async function recordAll(
  asked: readonly Asked[],
  index: string,
  { releases }: PageContent,
  { findings }: IndexJob,
): Promise<void> {
  const records = new Map<string, readonly [ReleaseSubject, Release]>();
  for (const { subject } of asked) {
    const files = releases.get(subject.release) ?? [];
    if (files.length > 0) records.set(subject.release, [subject, { index, files }]);
  }
  if (records.size > 0) await recordReleases([...records.values()], findings);
}

function warnOfYanked({ name, version }: ReleaseQuery, files: readonly ReleaseFile[], log: JobLog): void {
  const reason = files.find(({ yanked }) => yanked !== undefined && yanked !== '')?.yanked;
  const saying = reason === undefined ? '' : `, saying ${quote(reason)}`;
  log.warn(`${quote(`${name}==${version}`)} was yanked: its publisher has withdrawn it${saying}. It is taken all the same.`);
}
