import { quote } from '../../quote.js';
import { fragmentEntries, parseAddress } from './address.js';
import { projectOf } from './fragment-name.js';
import { parseFileAddress } from './local-path.js';
import { parseNamed, type Project } from './named.js';
import { invalidLine, type Place, withoutAddress } from './place.js';
import type { Named } from './statement.js';

const URL_SCHEME = /^(?:https?|ftp)$/;
const VCS_SCHEME = /^(?:git|hg|bzr|svn)(?:\+(?:ftp|https?))?$/;

/** Reads `name[extra] @ address` or `address#egg=name`, without a marker. Throws `ValidationError`. */
export function parseReference(text: string, editable: boolean, place: Place): Named {
  const head = text.slice(0, text.indexOf(':'));
  const at = head.indexOf('@');
  const scheme = head
    .slice(at + 1)
    .trim()
    .toLowerCase();
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
