import { isObject } from './plain-object.js';

/**
 * `binary` of a pip package's configuration: which wheels are wanted. Lists are separated by commas, `:all:` in one of
 * them stands for everything.
 */
export interface WheelSelection {
  packages?: string;
  arch?: string;
  os?: string;
  /** Such as 312. */
  py_version?: number;
  py_impl?: string;
  abi?: string;
  /** Regular expression. */
  platform?: string;
}

const MAX_LIST = 10_000;
/** No expression for platform tags is longer. */
const MAX_EXPRESSION = 200;

const FIELDS: ReadonlyMap<string, (value: unknown) => string | undefined> = new Map([
  ['packages', listProblem],
  ['arch', listProblem],
  ['os', listProblem],
  ['py_version', pythonVersionProblem],
  ['py_impl', listProblem],
  ['abi', listProblem],
  ['platform', expressionProblem],
]);

/** What is wrong, and the key that it is wrong with. */
export interface Problem {
  key: string;
  problem: string;
}

/** What is wrong with the value of `binary`; undefined if nothing is. */
export function wheelSelectionProblem(value: unknown): Problem | undefined {
  if (!isObject(value)) return { key: 'binary', problem: 'must have an object' };
  for (const [name, field] of Object.entries(value)) {
    const problemOf = FIELDS.get(name);
    if (problemOf === undefined) {
      const shown = JSON.stringify(name).slice(0, 80);
      return { key: 'binary', problem: `must not have the unexpected property ${shown}` };
    }
    const problem = problemOf(field);
    if (problem !== undefined) return { key: `binary.${name}`, problem };
  }
  return placesProblem(value);
}

/** The expression says all about the platform, so other parts of it than the usual ones would contradict it. */
function placesProblem({ platform, arch = 'x86_64', os = 'linux' }: Record<string, unknown>): Problem | undefined {
  if (platform === undefined || (arch === 'x86_64' && os === 'linux')) return undefined;
  return { key: 'binary.platform', problem: 'must not have arch or os besides a platform' };
}

function listProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must have a text';
  if (value.length > MAX_LIST) return `must have a text of at most ${MAX_LIST} characters`;
  const isName = (part: string): boolean => /^[\w.:-]+$/.test(part.trim());
  return value.split(',').every(isName) ? undefined : 'must have names separated by commas';
}

function pythonVersionProblem(value: unknown): string | undefined {
  const isVersion = typeof value === 'number' && Number.isInteger(value) && value >= 20 && value <= 9999;
  return isVersion ? undefined : 'must have an integer such as 312, which means Python 3.12';
}

function expressionProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return 'must have a text that is not empty';
  if (value.length > MAX_EXPRESSION) return `must have a text of at most ${MAX_EXPRESSION} characters`;
  try {
    new RegExp(value);
    return undefined;
  } catch {
    return 'must have a regular expression';
  }
}
