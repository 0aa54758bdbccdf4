import type { AlgorithmDigest } from '../../../dependencies/index.js';
import type { Placeholder, Template } from '../../package-manager.js';
import { specifierText } from './accept.js';
import type { UrlRequirement, VcsRequirement } from './requirement.js';
import type { FileItem, RequirementsFile } from './requirements-file.js';
import type { Statement } from './statement.js';

/** The address at which pip finds a requirement, without fragment. */
export type AddressOf = (requirement: VcsRequirement | UrlRequirement) => Template;

/** What would end a fragment or the line, begin a marker, or could be a variable (`${NAME}`) to pip. */
const UNSAFE = /[^A-Za-z0-9\-._~!'()*+,=:@/?[\]]/gu;

/**
 * The file with the addresses of archived files: one line of global options, then one per requirement or included file.
 * Undefined when the file can stay as it is: no address in it, no index. It must have been read as a part of a set.
 */
export function rewriteRequirements(file: RequirementsFile, addressOf: AddressOf): Template | undefined {
  const hasAddress = file.items.some((item) => addressed(item) !== undefined);
  if (!hasAddress && !file.options.hasDropped) return undefined;
  const lines = file.items.map((item) => rewriteItem(item, addressOf));
  const { kept } = file.options;
  const all = kept.length > 0 ? [[kept.join(' ')], ...lines] : lines;
  return joined(all.filter((line) => line.length > 0).flatMap((line, at) => (at === 0 ? line : ['\n', ...line])));
}

function rewriteItem(item: FileItem, addressOf: AddressOf): Template {
  // pip follows one -r or -c of a line, and ignores what else is in it.
  if (item.kind === 'include') return [item.text];
  const { statement } = item;
  const requirement = addressed(item);
  if (requirement !== undefined)
    return [...rewriteAddress(statement, requirement, addressOf), hashText(statement.hashes)];
  switch (statement.subject.kind) {
    case 'index':
      return [indexText(statement), hashText(statement.hashes)];
    case 'local':
      return [statement.editable ? `-e ${statement.text}` : statement.text];
    default:
      // A constraint of a form that pip refuses; its address may have a password.
      return [];
  }
}

function addressed(item: FileItem): VcsRequirement | UrlRequirement | undefined {
  const accepted = item.kind === 'requirement' ? item.accepted : undefined;
  return accepted?.kind === 'vcs' || accepted?.kind === 'url' ? accepted : undefined;
}

function rewriteAddress(
  { name, extras, marker }: Statement,
  requirement: VcsRequirement | UrlRequirement,
  addressOf: AddressOf,
): Template {
  const entries = requirement.fragment.map(({ key, value }) =>
    // pip refuses extras and versions there; the extras stand behind the name.
    key === 'egg' ? `egg=${name}` : `${safe(key)}=${safe(value)}`,
  );
  const fragment = entries.length > 0 ? `#${entries.join('&')}` : '';
  return [
    `${name}${extrasText(extras)} @ `,
    ...addressOf(requirement),
    fragment,
    marker === undefined ? '' : ` ; ${marker}`,
  ];
}

function indexText({ name, extras, marker, subject }: Statement): string {
  const specifiers = subject.kind === 'index' ? specifierText(subject.specifiers) : '';
  return name + extrasText(extras) + specifiers + (marker === undefined ? '' : `; ${marker}`);
}

function extrasText(extras: readonly string[]): string {
  return extras.length > 0 ? `[${extras.join(',')}]` : '';
}

function hashText(hashes: readonly AlgorithmDigest[]): string {
  return hashes.map(({ algorithm, digest }) => ` --hash=${algorithm}:${digest}`).join('');
}

function safe(text: string): string {
  return text.replace(UNSAFE, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** With neighbouring texts as one. */
function joined(parts: Template): Template {
  const merged: (string | Placeholder)[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part;
    else if (part !== '') merged.push(part);
  }
  return merged;
}
