import { quote } from '../../quote.js';
import { fragmentEntries, parseAddress } from './address.js';
import { parseFileAddress } from './local-path.js';
import { parseNamed, type Project } from './named.js';
import { invalidLine, type Place, withoutAddress } from './place.js';
import type { FragmentEntry } from './requirement.js';
import type { Named } from './statement.js';

const URL_SCHEME = /^(?:https?|ftp)$/;
const VCS_SCHEME = /^(?:git|hg|bzr|svn)(?:\+(?:ftp|https?))?$/;

/** Reads `name[extra] @ address` or `address#egg=name`, without a marker. Throws `ValidationError`. */
export function parseReference(text: string, editable: boolean, place: Place): Named {
  const head = text.slice(0, text.indexOf(':'));
  const at = head.indexOf('@');
  const scheme = head.slice(at + 1).trim().toLowerCase();
  const isFile = scheme === 'file';
  const isUrl = URL_SCHEME.test(scheme);
  if (!isFile && !isUrl && !VCS_SCHEME.test(scheme)) throw unsupportedScheme(head, place);
  const before = at < 0 ? undefined : parseProject(head.slice(0, at).trim(), place);
  const address = text.slice(at + 1).trim();
  if (address.includes(' '))
    throw invalidLine(place, 'There is more than an address and a marker. Write one requirement on a line.');
  if (isFile) return parseFileAddress(address, before, editable, place);
  const parts = parseAddress(address, place);
  const fragment = fragmentEntries(parts.fragment);
  const project = projectOf(fragment, before, place);
  if (project === undefined)
    throw invalidLine(place, `The address on ${quote(parts.host)} has no name. Write <name> @ <address>.`);
  return { ...project, subject: { kind: isUrl ? 'url' : 'vcs', address: parts, fragment } };
}

/**
 * The name in a fragment, as `egg`, counts before the one in front of the address. A version behind it (`egg=eel==1.0`)
 * was for an older pip and says nothing. Throws `ValidationError`.
 */
export function projectOf(
  fragment: readonly FragmentEntry[],
  before: Project | undefined,
  place: Place,
): Project | undefined {
  for (const once of ['egg', 'subdirectory']) {
    if (fragment.filter(({ key }) => key === once).length > 1)
      throw invalidLine(place, `The fragment of the address has "${once}" more than once.`);
  }
  const egg = fragment.find(({ key }) => key === 'egg')?.value ?? '';
  if (egg === '') return before;
  const { name, extras } = parseNamed(egg, place);
  return { name, extras: [...new Set([...(before?.extras ?? []), ...extras])].sort() };
}

function parseProject(text: string, place: Place): Project {
  const { name, extras, specifiers } = parseNamed(text, place);
  if (specifiers.length > 0) throw invalidLine(place, `There is a version before "@". Write ${name} @ <address>.`);
  return { name, extras };
}

function unsupportedScheme(head: string, place: Place): Error {
  return invalidLine(
    place,
    `${quote(withoutAddress(`${head}:`))} begins no address that can be used. Use https://… or git+https://… .`,
  );
}
