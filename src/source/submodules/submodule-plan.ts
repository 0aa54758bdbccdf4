import { comparePaths } from '../../archive/index.js';
import { SubprocessCallError, ValidationError } from '../../errors/index.js';
import { parseRepository, type Repository, sanitizeRepository } from '../repository.js';
import type { Submodule } from '../source-tree.js';
import { quote } from '../tree/tree-checker.js';
import { parseGitmodules } from './gitmodules.js';

const MAX_SUBMODULES = 100;

/** A submodule that is to be fetched. */
export interface PlannedSubmodule extends Submodule {
  repository: Repository;
}

/** A gitlink of the superproject: where it stands, and the commit it pins. */
export interface Gitlink {
  path: string;
  id: string;
}

/**
 * What to fetch for the gitlinks of a tree, in the order of their paths. Everything in `.gitmodules` is hostile: names,
 * paths and addresses are checked, relative addresses are resolved on the superproject's host and nowhere else.
 *
 * Throws `SubprocessCallError` for a gitlink without a section (`git submodule update` fails there), `ValidationError`
 * for what is refused, `InvalidFileFormat`.
 */
export function planSubmodules(
  superproject: Repository,
  gitlinks: readonly Gitlink[],
  gitmodules: string,
): PlannedSubmodule[] {
  if (gitlinks.length > MAX_SUBMODULES) {
    throw new ValidationError(
      `The repository has ${gitlinks.length} submodules; at most ${MAX_SUBMODULES} are supported.`,
    );
  }
  const sections = sectionsByPath(gitmodules);
  return [...gitlinks]
    .sort((left, right) => comparePaths(left.path, right.path))
    .map(({ path, id }) => {
      const section = sections.get(path);
      if (section === undefined) {
        throw new SubprocessCallError(
          `The submodule at ${quote(path)} cannot be fetched: .gitmodules has no address for it. Add it there, ` +
            'or remove the submodule.',
        );
      }
      const { name, url } = section;
      return {
        name,
        path,
        url: sanitizeRepository(url),
        commit: id,
        repository: submoduleRepository(superproject, name, url),
      };
    });
}

function sectionsByPath(gitmodules: string): Map<string, { name: string; url: string }> {
  const byPath = new Map<string, { name: string; url: string }>();
  for (const { name, values } of parseGitmodules(gitmodules)) {
    const [path, url] = [values.get('path'), values.get('url')];
    checkName(name);
    if (path === undefined || url === undefined) continue;
    checkText(name, 'path', path);
    checkText(name, 'address', url);
    const plain = path.replace(/\/+$/, '');
    if (plain.split('/').some((part) => ['', '.', '..', '.git'].includes(part.toLowerCase()))) {
      throw new ValidationError(
        `The submodule ${quote(name)} has a path that is not below the root, or in .git: ${quote(path)}.`,
      );
    }
    if (byPath.has(plain)) throw new ValidationError(`Two submodules in .gitmodules have the path ${quote(plain)}.`);
    byPath.set(plain, { name, url });
  }
  return byPath;
}

/** The rule of git's check_submodule_name: it would be a folder below `.git/modules`. */
function checkName(name: string): void {
  if (name === '' || /[\p{Cc}]/u.test(name) || name.startsWith('-') || name.split(/[/\\]/).includes('..')) {
    throw new ValidationError(`The name ${quote(name)} of a submodule in .gitmodules is not allowed.`);
  }
}

function checkText(name: string, what: string, text: string): void {
  if (text === '' || text.startsWith('-') || /[\p{Cc}]/u.test(text)) {
    throw new ValidationError(
      `The submodule ${quote(name)} has ${what === 'address' ? 'an address' : 'a path'} that is not allowed.`,
    );
  }
}

function submoduleRepository(superproject: Repository, name: string, url: string): Repository {
  try {
    if (/^\.\.?(\/|$)/.test(url)) return relativeRepository(superproject, url);
    const repository = parseRepository(url);
    const sameServer =
      repository.transport === superproject.transport &&
      repository.host === superproject.host &&
      repository.port === superproject.port;
    return sameServer && repository.credentials === undefined
      ? { ...repository, credentials: superproject.credentials }
      : repository;
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new ValidationError(`The submodule ${quote(name)} has an address that is refused. ${error.message}`);
  }
}

/** As git's relative_url: each leading `../` takes one name off the superproject's path; the host stays. */
function relativeRepository(superproject: Repository, url: string): Repository {
  const names = superproject.path.split('/').filter((part) => part !== '');
  let rest = url;
  for (;;) {
    if (rest === '.' || rest.startsWith('./')) rest = rest.slice(2);
    else if (rest === '..' || rest.startsWith('../')) {
      rest = rest.slice(3);
      if (names.pop() === undefined)
        throw new ValidationError('It leaves the host of the repository by too many "..".');
    } else break;
  }
  if (rest.split('/').includes('..')) throw new ValidationError('It has ".." behind a name.');
  const path = [...names, ...rest.split('/').filter((part) => part !== '')].join('/');
  return { ...parseRepository(`${serverOf(superproject)}${path}`), credentials: superproject.credentials };
}

/** Everything before the path, in the same form: `https://host:8443/`, `git@host:`. */
function serverOf({ address, transport, host, port, user, path }: Repository): string {
  if (!address.includes('://'))
    return `${address.slice(0, address.indexOf(':') + 1)}${path.startsWith('/') ? '/' : ''}`;
  return `${transport}://${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}:${port}/`;
}
