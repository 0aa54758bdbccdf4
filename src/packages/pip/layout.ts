import { ValidationError } from '../../errors/index.js';
import { quote } from '../quote.js';
import { reportedName } from './names.js';
import type { ChosenFile } from './package-index/chosen-file.js';
import type { UrlRequirement, VcsRequirement } from './requirements/requirement.js';

/** Where an archived file lies. */
export interface Place {
  /** Below `deps/` of the bundle. */
  path: string;
  /** Name of the file in the request's registry. */
  file: string;
}

/** Where an archive lies that is from no package index. */
export interface ExternalPlace extends Place {
  /** Where it lies in the raw part of the registry, in order of preference: the short one is the usual one. */
  directories: readonly [string, ...string[]];
}

/** As long as a name of a path may be on Linux. */
const MAX_NAME = 255;

/** `flat` = all files directly in `deps/pip/`. */
export function indexPlace({ name, fileName }: ChosenFile, { flat }: { flat: boolean }): Place {
  const path = flat ? `pip/${fileName}` : `pip/${name}/${fileName}`;
  return { path: checked(path), file: fileName };
}

export function urlPlace(requirement: UrlRequirement, { flat }: { flat: boolean }): ExternalPlace {
  const { extension, hash, fetchUrl } = requirement;
  const name = reportedName(requirement.name);
  // Installers read the name of a wheel.
  const wheel = extension === '.whl' ? decodeURIComponent(new URL(fetchUrl).pathname.split('/').pop() ?? '') : undefined;
  const file = wheel ?? `${name}-external-${hash.algorithm}-${hash.digest}${extension}`;
  const path = flat ? `pip/${wheel ?? `${name}-${hash.digest}${extension}`}` : `pip/external-${name}/${file}`;
  return { path: checked(path), file, directories: [name, `${name}/${hash.algorithm}-${hash.digest}`] };
}

export function vcsPlace({ url, commit }: VcsRequirement, { flat }: { flat: boolean }): ExternalPlace {
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
  return { path: checked(path), file, directories: [repository, directory] };
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
