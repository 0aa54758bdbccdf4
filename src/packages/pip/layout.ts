import { ValidationError } from '../../errors/index.js';
import { quote } from '../quote.js';
import { parseWheelName } from './distributions/wheel-name.js';
import { reportedName } from './names.js';
import type { ChosenFile } from './package-index/chosen-file.js';
import { percentDecoded } from './requirements/address.js';
import type { UrlRequirement, VcsRequirement } from './requirements/requirement.js';

/** Where an archived file lies. */
export interface Place {
  /** Below `deps/` of the bundle. */
  path: string;
  /** Name of the file in the request's registry. */
  file: string;
}

/** Where an archive belongs that is from no package index. */
export interface ExternalPlace extends Place {
  /** In the raw part of the registry: the usual one, and one that no other archive has. */
  directories: readonly [usual: string, own: string];
}

/** As long as a name of a path may be on Linux. */
const MAX_NAME = 255;

/** `flat` = all files directly in `deps/pip/`. */
export function indexPlace({ name, fileName }: ChosenFile, { flat }: { flat: boolean }): Place {
  const path = flat ? `pip/${fileName}` : `pip/${name}/${fileName}`;
  return { path: checked(path), file: fileName };
}

/** Where the archive of an address belongs. Throws `ValidationError` for what must not be the name of a file. */
export function externalPlace(requirement: UrlRequirement | VcsRequirement, layout: { flat: boolean }): ExternalPlace {
  const place = requirement.kind === 'url' ? urlPlace(requirement, layout) : vcsPlace(requirement, layout);
  place.directories.forEach((directory) => checked(`${directory}/${place.file}`));
  checked(place.path);
  return place;
}

function urlPlace(requirement: UrlRequirement, { flat }: { flat: boolean }): ExternalPlace {
  const { extension, hash } = requirement;
  const name = reportedName(requirement.name);
  const wheel = extension === '.whl' ? wheelFile(requirement) : undefined;
  const file = wheel ?? `${name}-external-${hash.algorithm}-${hash.digest}${extension}`;
  const path = flat ? `pip/${wheel ?? `${name}-${hash.digest}${extension}`}` : `pip/external-${name}/${file}`;
  return { path, file, directories: [name, `${name}/${hash.algorithm}-${hash.digest}`] };
}

/** Installers read the name of a wheel, so that it keeps the one it has. */
function wheelFile({ fetchUrl, name }: UrlRequirement): string {
  const file = percentDecoded(new URL(fetchUrl).pathname.split('/').at(-1) ?? '');
  if (parseWheelName(file) !== undefined) return file;
  throw new ValidationError(
    `The address of ${quote(name)} does not end with the name of a wheel (PEP 427): ${quote(file)}.`,
  );
}

function vcsPlace({ url, commit }: VcsRequirement, { flat }: { flat: boolean }): ExternalPlace {
  const { host, pathname } = new URL(url);
  const parts = pathname
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split('/')
    .filter((part) => part !== '');
  const repository = parts.at(-1) ?? host;
  const file = `${repository}-external-gitcommit-${commit}.tar.gz`;
  const directory = [host, ...parts].join('/');
  const path = flat ? `pip/${repository}-gitcommit-${commit}.tar.gz` : `pip/${directory}/${file}`;
  return { path, file, directories: [repository, directory] };
}

/** A path with each of its parts percent-encoded. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function checked(path: string): string {
  const isSafe = path.split('/').every((part) => {
    return part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= MAX_NAME && !/[\0\\]/.test(part);
  });
  if (isSafe) return path;
  throw new ValidationError(`The file ${quote(path)} cannot be kept: its name is too long or leads elsewhere.`);
}
