import { type CachitoError, InvalidChecksum, InvalidRequestData, NetworkError } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import { hashVerdict, type Refusal } from './choose-from-release.js';
import type { ReleaseQuery } from './chosen-file.js';
import { wheelsWanted } from '../distributions/wheel-filter.js';
import type { PageContent } from './read-page.js';
import type { ReleaseFile } from './release-file.js';
import { releaseKey } from '../versions.js';

/** Files that are named in a message. */
const TOLD = 3;

export function noIndex(query: ReleaseQuery): CachitoError {
  return new NetworkError(
    `No configured package index serves ${quote(query.name)}: all are for other names. Ask the administrators of this service.`,
  );
}

/** `pages`: those that were asked for. */
export function noProject(query: ReleaseQuery, pages: readonly string[]): CachitoError {
  return new InvalidRequestData(
    `${shown(query)} cannot be had: no package index has a project of this name (asked: ${pages.join(', ')}). Correct the ` +
      'name in the requirements file, or ask the administrators of this service to configure the index that has it.',
  );
}

/** `page`: address of the page, `content`: what it says. */
export function noVersion(query: ReleaseQuery, page: string, { versions }: PageContent): CachitoError {
  const others = versions.length > 0 ? `It has ${among(versions)}: pin one that exists.` : 'It has no version at all.';
  return new InvalidRequestData(
    `${shown(query)} cannot be had: ${page} has no file of this version. ${others}`,
  );
}

/** Why none of the files of a release is taken. */
export function nothingToTake(
  refusal: Refusal,
  query: ReleaseQuery,
  page: string,
  content: PageContent,
  files: readonly ReleaseFile[],
): CachitoError {
  if (refusal === 'hashes') return noDemandedHash(query, page, files);
  if (refusal === 'yanked') return onlyYanked(query, page, files);
  return noWantedKind(query, page, content, files);
}

function noDemandedHash(query: ReleaseQuery, page: string, files: readonly ReleaseFile[]): CachitoError {
  const named = files.filter((file) => hashVerdict(file, query) === 'right');
  const advice =
    named.length > 0
      ? `They are those of ${names(named)}, which would not be taken: name the checksum of what is to be installed, or let ` +
        'the package take wheels (`binary`).'
      : `The index has ${names(files)}. Make the checksums anew, and find out why they differ: the index may serve other files than before.`;
  return new InvalidChecksum(
    `None of the files of ${shown(query)} that could be taken from ${page} has a checksum that the requirement names. ${advice}`,
  );
}

function onlyYanked(query: ReleaseQuery, page: string, files: readonly ReleaseFile[]): CachitoError {
  const reason = files.find(({ yanked }) => yanked !== undefined && yanked !== '')?.yanked;
  return new InvalidRequestData(
    `${shown(query)} was yanked: its publisher has withdrawn all files that could be taken from ${page}` +
      `${reason === undefined ? '' : `, saying ${quote(reason)}`}. Pin another version. (Administrators may allow ` +
      'yanked releases by CACHITO_PIP_ALLOW_YANKED.)',
  );
}

function noWantedKind(
  query: ReleaseQuery,
  page: string,
  { sdistVersions, refused }: PageContent,
  files: readonly ReleaseFile[],
): CachitoError {
  const wanted = wheelsWanted(query.wheels, query.name);
  const release = releaseKey(query.version);
  const has = files.length === 0 ? 'no file that can be used' : `only ${names(files)}`;
  const start = `${page} has ${has}${unusable(refused.find((file) => file.release === release))}`;
  if (wanted === 'only') {
    return new InvalidRequestData(
      `${shown(query)} has no wheel that fits: ${start}. Widen \`binary\` of the package (arch, os, py_version, …), or ` +
        'take this name out of `binary.packages`, so that its source distribution is taken.',
    );
  }
  if (wanted === 'besides') {
    return new InvalidRequestData(
      `${shown(query)} has neither a source distribution nor a wheel that fits: ${start}. Widen \`binary\` of the package ` +
        '(arch, os, py_version, …), or pin another version.',
    );
  }
  const others = sdistVersions.filter((version) => releaseKey(version) !== release);
  const instead = others.length > 0 ? ` (there is one of ${among(others)})` : '';
  return new InvalidRequestData(
    `${shown(query)} has no source distribution: ${start}. Pin a version that has one${instead}, or allow wheels by ` +
      '`binary` in the configuration of the package.',
  );
}

function shown({ name, version }: ReleaseQuery): string {
  return quote(`${name}==${version}`);
}

function among(versions: readonly string[]): string {
  return versions.map(quote).join(', ');
}

function names(files: readonly ReleaseFile[]): string {
  const named = files.slice(0, TOLD).map(({ fileName }) => quote(fileName));
  return files.length > TOLD ? `${named.join(', ')} and ${files.length - TOLD} more` : named.join(', ');
}

/** Not to be searched for in vain. */
function unusable(refused: PageContent['refused'][number] | undefined): string {
  return refused === undefined ? '' : ` (${quote(refused.fileName)} is left out: ${refused.reason})`;
}
