import { isIP } from 'node:net';
import { BUILT_PACKAGE_MANAGERS, type Configuration, type PackageManagerName } from '../../config/index.js';
import { type AddressPolicy, AddressRefusedError } from '../../download/index.js';
import { ValidationError } from '../../errors/index.js';
import { ACTIVE_FLAGS } from '../../packages/index.js';
import { validateRepository } from '../../source/index.js';
import { type PackageConfigs, packagePaths } from './package-paths.js';

/** What a request is to do: everything of it that is known before the work begins. */
export interface RequestInputs {
  /** As submitted; it holds no secret. */
  repo: string;
  ref: string;
  packageManagers: PackageManagerName[];
  packages: PackageConfigs;
  flags: string[];
  replacements: ReplacementInput[];
  labels: Record<string, string> | undefined;
  /** Only what the archive holds may be used. */
  offline: boolean;
  /** The version tags of the source are asked for even though some are recorded. */
  refreshTags: boolean;
}

export interface ReplacementInput {
  name: string;
  type: string;
  version: string;
  new_name?: string;
}

type RequestRules = Pick<
  Configuration['requests'],
  'defaultPackageManagers' | 'enabledPackageManagers' | 'mutuallyExclusivePackageManagers'
>;
type PackageInputs = Pick<RequestInputs, 'packageManagers' | 'packages' | 'replacements'>;

/** Managers for which an entry of `dependency_replacements` is refused rather than ignored. */
const WITHOUT_REPLACEMENTS: readonly PackageManagerName[] = ['npm', 'pip', 'yarn', 'rubygems'];

/** Names of URL schemes that are no host names. */
const SCHEMES: ReadonlySet<string> = new Set(
  'blob data ext fd file ftp ftps git git+ssh http https javascript rsync s3 ssh svn'.split(' '),
);

/** The managers that this service processes. */
function availableManagers(rules: RequestRules): PackageManagerName[] {
  return rules.enabledPackageManagers.filter((name) => BUILT_PACKAGE_MANAGERS.includes(name));
}

/** The managers of a request that names none: the default ones, as far as they are available. */
export function defaultManagers(rules: RequestRules): PackageManagerName[] {
  const available = availableManagers(rules);
  return rules.defaultPackageManagers.filter((name) => available.includes(name));
}

/** Everything that can be known to be wrong before the work begins. Throws `ValidationError`. */
export function checkInputs(inputs: RequestInputs, rules: RequestRules, addresses: AddressPolicy): void {
  checkRepository(inputs.repo, addresses);
  checkManagers(inputs.packageManagers, rules);
  checkFlags(inputs.flags);
  checkPackageRules(inputs, rules);
}

/** How managers, their packages and replacements must fit together. Throws `ValidationError`. */
export function checkPackageRules(inputs: PackageInputs, rules: RequestRules): void {
  checkConfiguredManagers(inputs);
  checkExclusions(inputs, rules);
  checkReplacements(inputs);
}

function checkRepository(repo: string, addresses: AddressPolicy): void {
  // Addresses are shown as submitted, so they must hold nothing secret: an https user name may be a token, too.
  if (/^(?:git\+)?https?:\/\/[^/?#\\]*@/i.test(repo) || /^[a-z+]*ssh:\/\/[^/?#\\@]*:[^/?#\\]*@/i.test(repo)) {
    throw new ValidationError(
      'repo must not hold a user name or password; an administrator can put them into the .netrc file of the service',
    );
  }
  const { host, port } = validateRepository(repo);
  // `file:x` and the like would be read as a path on the ssh host `file`, which nobody means.
  if (/^[a-z][a-z0-9+.-]*:(?!\/\/)/i.test(repo) && SCHEMES.has(repo.slice(0, repo.indexOf(':')).toLowerCase())) {
    throw new ValidationError(
      'repo is not valid: the repository address must be an https, http or ssh URL, or user@host:path',
    );
  }
  if (/(?:^|[/:])(?:\.|%2e){1,2}(?:\/|$)/i.test(repo)) {
    throw new ValidationError('repo is not valid: the path in the repository address must not hold "." or ".."');
  }
  const literal = host.replace(/\.$/, '');
  if (isIP(literal) === 0 || addresses.allows(literal) || addresses.isTrusted({ host: literal, port })) return;
  throw new ValidationError(`repo is not valid: ${new AddressRefusedError(literal).message}`);
}

function checkManagers(managers: readonly PackageManagerName[], rules: RequestRules): void {
  const available = availableManagers(rules);
  const missing = managers.filter((name) => !available.includes(name));
  if (missing.length === 0) return;
  const enabled = available.join(', ') || 'none';
  throw new ValidationError(`The package managers ${missing.join(', ')} are not enabled here; enabled are: ${enabled}`);
}

function checkFlags(flags: readonly string[]): void {
  const wrong = flags.filter((flag) => !ACTIVE_FLAGS.some((active) => active === flag));
  if (wrong.length === 0) return;
  const shown = wrong.slice(0, 10).map((flag) => JSON.stringify(flag.slice(0, 80)));
  throw new ValidationError(
    `The flags ${shown.join(', ')} are unknown or inactive; active are: ${ACTIVE_FLAGS.join(', ')}`,
  );
}

function checkConfiguredManagers({ packages, packageManagers }: PackageInputs): void {
  const others = Object.keys(packages).filter((name) => !packageManagers.some((manager) => manager === name));
  if (others.length === 0) return;
  throw new ValidationError(
    `packages configures ${others.join(', ')}, but the package managers of the request are: ` +
      `${packageManagers.join(', ') || 'none'}`,
  );
}

function checkExclusions(inputs: PackageInputs, rules: RequestRules): void {
  for (const [first, second] of rules.mutuallyExclusivePackageManagers) {
    if (!inputs.packageManagers.includes(first) || !inputs.packageManagers.includes(second)) continue;
    if (first === 'git-submodule') checkSubmodules(inputs, second);
    else if (second === 'git-submodule') checkSubmodules(inputs, first);
    else checkDisjoint(inputs, first, second);
  }
}

function checkDisjoint({ packages }: PackageInputs, first: PackageManagerName, second: PackageManagerName): void {
  const paths = packagePaths(packages, second);
  const shared = [...new Set(packagePaths(packages, first).filter((path) => paths.includes(path)))].sort();
  if (shared.length === 0) return;
  throw new ValidationError(
    `The package managers ${first} and ${second} must not work on the same paths; both have: ${shared.join(', ')}`,
  );
}

function checkSubmodules({ packages }: PackageInputs, other: PackageManagerName): void {
  if (packagePaths(packages, other).every((path) => path === '.')) return;
  throw new ValidationError(
    `Together with git-submodule, ${other} may work on the root of the repository only; process submodules as ` +
      'separate requests',
  );
}

function checkReplacements({ replacements, packageManagers }: PackageInputs): void {
  const refused = WITHOUT_REPLACEMENTS.filter(
    (name) => packageManagers.includes(name) && replacements.some(({ type }) => type === name),
  );
  if (refused.length === 0) return;
  throw new ValidationError(`dependency_replacements are supported for gomod only, not for ${refused.join(', ')}`);
}
