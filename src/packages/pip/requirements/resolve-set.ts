import { inTurns } from '../../../concurrency/index.js';
import type { JobLog } from '../../package-manager.js';
import { quote } from '../../quote.js';
import { indexName } from '../names.js';
import { releaseKey } from '../versions.js';
import type { AcceptanceRules } from './accept.js';
import { constrain, readConstraints } from './constraints.js';
import type { FileSet } from './file-library.js';
import { invalidLine } from './place.js';
import type { Requirement, UrlRequirement } from './requirement.js';

/** What a file with everything that it includes comes to. */
export interface ResolvedSet {
  /** In file order. */
  requirements: Requirement[];
  /** Pins of constraints that no requirement takes up. */
  unused: Requirement[];
}

/**
 * Applies constraints, the rule of hashes (all or none, as in pip) and `--trusted-host` to a set. Throws
 * `ValidationError` for what cannot be had.
 */
export async function resolveSet(
  set: FileSet,
  rules: AcceptanceRules,
  log: Pick<JobLog, 'info'>,
): Promise<ResolvedSet> {
  const constraints = await readConstraints(set.constraints, rules, log);
  const hashesRequired =
    set.files.some(({ options }) => options.requireHashes) ||
    [...set.requirements, ...set.constraints].some(({ statement }) => statement.hashes.length > 0);
  const trustedHosts = new Set(set.files.flatMap(({ options }) => options.trustedHosts));
  const requirements: Requirement[] = [];
  const taken = new Set<string>();
  await inTurns(set.requirements, (item) => {
    const { name } = item.statement;
    const own = name === '' ? [] : (constraints.get(indexName(name)) ?? []);
    for (const requirement of constrain(item, own, rules)) {
      if (hashesRequired) requireHash(requirement);
      if (requirement.kind === 'url' && isTrusted(requirement, trustedHosts)) requirement.trusted = true;
      requirements.push(requirement);
      if (constraints.size > 0) taken.add(subjectKey(requirement));
    }
  });
  return { requirements, unused: [...constraints.values()].flat().filter((each) => !isTaken(each, taken)) };
}

/** Whether a requirement asks for what a constraint pins, or has something else than a release of that project. */
export function isTaken(constraint: Requirement, taken: ReadonlySet<string>): boolean {
  return taken.has(subjectKey(constraint)) || taken.has(indexName(constraint.name));
}

/** The same for requirements that ask for the same release, or for something else of the same project. */
export function subjectKey(requirement: Requirement): string {
  const project = indexName(requirement.name);
  return requirement.kind === 'index' ? `${project} ${releaseKey(requirement.version)}` : project;
}

function requireHash(requirement: Requirement): void {
  const { kind, name, hashes } = requirement;
  // The address of a file always has its hash.
  if (kind === 'url') return;
  if (kind === 'local')
    throw invalidLine(
      requirement,
      `A directory has no hash, but every requirement must have one: ${quote(requirement.path)}. Move it to a file ` +
        'without hashes.',
    );
  if (hashes.length === 0)
    throw invalidLine(
      requirement,
      `${name} has no hash, but with --require-hashes or --hash anywhere every requirement must have one. Add ` +
        '--hash=sha256:<hexadecimal digits>.',
    );
}

/** An entry with a port stands for addresses in which this port is written. */
function isTrusted({ fetchUrl }: UrlRequirement, hosts: ReadonlySet<string>): boolean {
  const host = (/^[^:]+:\/\/([^/?#]*)/.exec(fetchUrl)?.[1] ?? '').toLowerCase();
  return hosts.has(host) || hosts.has(host.replace(/:[0-9]+$/, ''));
}
