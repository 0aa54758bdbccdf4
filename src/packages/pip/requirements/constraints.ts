import { inTurns } from '../../../concurrency/index.js';
import type { JobLog } from '../../package-manager.js';
import { indexName } from '../names.js';
import { releaseKey, satisfies } from '../versions.js';
import { accept, type AcceptanceRules, pinOf, specifierText } from './accept.js';
import { invalidLine } from './place.js';
import type { IndexRequirement, Requirement } from './requirement.js';
import type { RequirementItem } from './requirements-file.js';
import type { Statement } from './statement.js';

/** What constraints files pin: project by its name on indexes → requirements. */
export type Constraints = ReadonlyMap<string, readonly Requirement[]>;

/** Reads the pins of constraints; lines that pin nothing, or that pip refuses there, are logged and ignored. */
export async function readConstraints(
  items: readonly RequirementItem[],
  rules: AcceptanceRules,
  log: Pick<JobLog, 'info'>,
): Promise<Constraints> {
  const constraints = new Map<string, Requirement[]>();
  await inTurns(items, (item) => {
    const { statement } = item;
    const reason = uselessness(statement);
    if (reason !== undefined) {
      log.info(`${statement.file}:${statement.line}: the constraint is ignored: ${reason}.`);
      return;
    }
    item.accepted ??= accept(statement, rules);
    const project = indexName(statement.name);
    const known = constraints.get(project);
    if (known === undefined) constraints.set(project, [item.accepted]);
    else known.push(item.accepted);
  });
  return constraints;
}

/**
 * What a requirement comes to under the constraints of its project: itself, or what the constraints pin when it pins
 * nothing. Throws `ValidationError` when both contradict each other, or neither pins it.
 */
export function constrain(
  item: RequirementItem,
  constraints: readonly Requirement[],
  rules: AcceptanceRules,
): Requirement[] {
  const { statement } = item;
  if (statement.subject.kind === 'index' && constraints.length > 0 && exactVersion(statement) === undefined) {
    const given = constraints.filter((constraint) => fits(constraint, statement));
    if (given.length > 0) return given.map((constraint) => withPin(statement, constraint));
  }
  item.accepted ??= accept(statement, rules);
  const { accepted } = item;
  if (accepted.kind !== 'index') return [accepted];
  const agreeing = constraints.filter((constraint) => constraint.kind === 'index' && fits(constraint, statement));
  const hashes = accepted.hashes.length > 0 ? accepted.hashes : agreeing.flatMap((constraint) => constraint.hashes);
  return [hashes.length === accepted.hashes.length ? accepted : { ...accepted, hashes }];
}

/** Why a constraint says nothing here; undefined = it pins something. */
function uselessness({ name, editable, extras, subject }: Statement): string | undefined {
  if (name === '' || editable || extras.length > 0 || subject.kind === 'local')
    return 'pip takes only names with versions or addresses there';
  if (subject.kind === 'index' && exactVersion({ subject }) === undefined) return 'it does not pin one version';
  return undefined;
}

/** Of `==1.0`, but not of `==1.*`. */
function exactVersion({ subject }: Pick<Statement, 'subject'>): string | undefined {
  const version = pinOf(subject)?.version;
  return version?.endsWith('.*') === true ? undefined : version;
}

/**
 * Whether a pin of a constraint is what a requirement asks for. With a marker at either, both may stand for different
 * environments; else throws `ValidationError` when not.
 */
function fits(constraint: Requirement, statement: Statement): boolean {
  if (constraint.kind !== 'index' || statement.subject.kind !== 'index') return constraint.kind !== 'index';
  const own = exactVersion(statement);
  const specifiers = specifierText(statement.subject.specifiers);
  const isSame = own !== undefined && releaseKey(own) === releaseKey(constraint.version);
  if (isSame || (own === undefined && satisfies(constraint.version, specifiers))) return true;
  if (constraint.marker !== undefined || statement.marker !== undefined) return false;
  throw invalidLine(
    statement,
    `${statement.name}${specifiers} contradicts the constraint ${constraint.name}==${constraint.version} of ` +
      `${constraint.file}:${constraint.line}. Let both name the same version.`,
  );
}

function withPin({ file, line, name, extras, marker, hashes }: Statement, constraint: Requirement): Requirement {
  if (constraint.kind !== 'index') return constraint;
  const pinned: IndexRequirement = { ...constraint, file, line, name, extras, marker };
  return hashes.length > 0 ? { ...pinned, hashes } : pinned;
}
