import type { AlgorithmDigest } from '../../../dependencies/index.js';
import { quote } from '../../quote.js';
import { parseHash } from './hashes.js';
import { insideRepository } from './local-path.js';
import type { Specifier } from './named.js';
import { invalidLine } from './place.js';
import type { IndexRequirement, LocalRequirement, Requirement, UrlRequirement, VcsRequirement } from './requirement.js';
import type { Statement, Subject } from './statement.js';

/** What decides whether a requirement can be had. */
export interface AcceptanceRules {
  /** Whether local paths are refused, as older installations did. */
  strictCompat: boolean;
  /** Whether an address may be that of a wheel. */
  wheels: boolean;
  /** The directory in which pip runs, to which local paths are relative: relative to the root of the repository. */
  packageRoot: string;
}

const COMMIT = /^(.+)@([0-9a-fA-F]{40})$/;
const EXTENSIONS = ['.tar.gz', '.tar.bz2', '.tar.xz', '.tar.Z', '.tar', '.zip'];

/**
 * The requirement of a line, if it names exactly one thing that is the same for ever: a version, a commit, or a file
 * with its hash. Throws `ValidationError` that says what is missing.
 */
export function accept(statement: Statement, rules: AcceptanceRules): Requirement {
  const { subject } = statement;
  switch (subject.kind) {
    case 'index':
      return acceptIndex(statement, subject.specifiers);
    case 'vcs':
      return acceptVcs(statement, subject);
    case 'url':
      return acceptUrl(statement, subject, rules);
    case 'local':
      return acceptLocal(statement, subject.path, rules);
  }
}

/** The version that a requirement pins; undefined when it leaves a choice. */
export function pinOf(subject: Subject): { operator: '==' | '==='; version: string } | undefined {
  if (subject.kind !== 'index' || subject.specifiers.length !== 1) return undefined;
  const { operator, version } = subject.specifiers[0] ?? { operator: '', version: '' };
  return operator === '==' || operator === '===' ? { operator, version } : undefined;
}

/** `==1.0,<2` */
export function specifierText(specifiers: readonly Specifier[]): string {
  return specifiers.map(({ operator, version }) => operator + version).join(',');
}

function acceptIndex(statement: Statement, specifiers: readonly Specifier[]): IndexRequirement {
  const pin = pinOf(statement.subject);
  if (pin === undefined)
    throw invalidLine(
      statement,
      `${quote(statement.name + specifierText(specifiers))} does not pin one version. ` +
        `Write ${statement.name}==<version>.`,
    );
  return { kind: 'index', ...common(statement), ...pin };
}

type AddressSubject = Extract<Subject, { kind: 'vcs' | 'url' }>;

function acceptVcs(statement: Statement, { address, fragment }: AddressSubject): VcsRequirement {
  const { scheme, userInfo, host } = address;
  if (!scheme.startsWith('git'))
    throw invalidLine(
      statement,
      `${statement.name} is in a repository of ${scheme}. Only git repositories can be used.`,
    );
  refuseFtp(statement, scheme);
  const [, path, commit] = COMMIT.exec(address.path) ?? [];
  if (path === undefined || commit === undefined || path.replaceAll('/', '') === '')
    throw invalidLine(
      statement,
      `The address of ${statement.name} does not name a commit. Let its path end with "@" and the 40 ` +
        'hexadecimal digits of one.',
    );
  const transport = scheme.replace(/^git\+/, '');
  return {
    kind: 'vcs',
    ...common(statement),
    url: `${transport}://${host}${path}`,
    fetchUrl: `${transport}://${userInfo}${host}${path}`,
    commit: commit.toLowerCase(),
    fragment,
  };
}

function acceptUrl(
  statement: Statement,
  { address, fragment }: AddressSubject,
  rules: AcceptanceRules,
): UrlRequirement {
  const { scheme, host, path, query } = address;
  refuseFtp(statement, scheme);
  const extensions = rules.wheels ? [...EXTENSIONS, '.whl'] : EXTENSIONS;
  const extension = extensions.find((each) => path.endsWith(each));
  if (extension === undefined)
    throw invalidLine(
      statement,
      `The path of the address of ${statement.name} must end with one of ${extensions.join(', ')}.`,
    );
  const fetchUrl = `${scheme}://${host}${path}${query}`;
  return {
    kind: 'url',
    ...common(statement),
    url: fetchUrl + address.fragment,
    fetchUrl,
    hash: onlyHash(statement, fragment),
    extension,
    fragment,
    trusted: false,
  };
}

/** `sha256` in a fragment is the same as `cachito_hash`, and may repeat what `--hash` says: pip-compile writes both. */
function onlyHash(statement: Statement, fragment: AddressSubject['fragment']): AlgorithmDigest {
  const values = (wanted: string): string[] => fragment.filter(({ key }) => key === wanted).map(({ value }) => value);
  const own = [...statement.hashes, ...values('cachito_hash').map((value) => parseHash(value, statement))];
  const standard = values('sha256').map((value) => parseHash(`sha256:${value}`, statement));
  const others = standard.filter(
    ({ digest }) => !own.some((hash) => hash.algorithm === 'sha256' && hash.digest === digest),
  );
  const [hash, ...more] = [...own, ...others];
  if (hash === undefined || more.length > 0)
    throw invalidLine(
      statement,
      `The address of ${statement.name} must have exactly one hash, not ${own.length + others.length}. ` +
        'Add --hash=sha256:<hexadecimal digits>, or #cachito_hash=sha256:<hexadecimal digits> to the address.',
    );
  return hash;
}

function acceptLocal(
  statement: Statement,
  path: string,
  { strictCompat, packageRoot }: AcceptanceRules,
): LocalRequirement {
  if (strictCompat)
    throw invalidLine(statement, `The path ${quote(path)} is a local one. Local paths are not allowed here.`);
  return {
    kind: 'local',
    ...common(statement),
    path: insideRepository(packageRoot, path, statement),
    editable: statement.editable,
  };
}

function refuseFtp(statement: Statement, scheme: string): void {
  if (scheme.endsWith('ftp')) throw invalidLine(statement, `${statement.name} is on an ftp server. Use https.`);
}

function common({
  file,
  line,
  name,
  extras,
  marker,
  hashes,
}: Statement): Omit<LocalRequirement, 'kind' | 'path' | 'editable'> {
  return { file, line, name, extras, marker, hashes, constraintOnly: false };
}
