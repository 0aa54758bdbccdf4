import type { Configuration, DefaultEnvironmentVariable } from '../configuration.js';
import { PACKAGE_MANAGER_NAMES, type PackageManagerName } from '../package-managers.js';
import { WrongValue } from './option.js';
import { json, record } from './values.js';

type DefaultVariables = Configuration['requests']['defaultEnvironmentVariables'];

/** The service sets these itself for Go: another value would break the offline build. */
const RESERVED: Partial<Record<PackageManagerName, readonly string[]>> = { gomod: ['GOCACHE', 'GOPATH'] };

/** What every request of that package manager gets besides the manager's own variables, unless configured otherwise. */
export const DEFAULT_VARIABLES: DefaultVariables = {
  gomod: { GOSUMDB: { value: 'off', kind: 'literal' } },
};

/** `{"npm": {"NAME": {"value": "…", "kind": "literal"}}}`. Throws `WrongValue`. */
export function defaultVariables(text: string): DefaultVariables {
  const managers = record(json(text));
  if (managers === undefined) throw shape('it');
  return Object.fromEntries(Object.entries(managers).map(([name, variables]) => [name, variablesOf(name, variables)]));
}

function variablesOf(name: string, value: unknown): Record<string, DefaultEnvironmentVariable> {
  const manager = PACKAGE_MANAGER_NAMES.find((candidate) => candidate === name);
  if (manager === undefined)
    throw new WrongValue(`must have keys of ${PACKAGE_MANAGER_NAMES.join(', ')}; ${quote(name)} is none`);
  const variables = record(value);
  if (variables === undefined) throw shape(quote(name));
  for (const variable of Object.keys(variables)) {
    if (!/^[A-Za-z_]\w{0,200}$/.test(variable))
      throw new WrongValue(`must have names of variables; ${quote(variable)} is none`);
    if (RESERVED[manager]?.includes(variable)) throw new WrongValue(`must not set ${variable} for ${manager}`);
  }
  return Object.fromEntries(
    Object.entries(variables).map(([variable, content]) => [variable, contentOf(variable, content)]),
  );
}

function contentOf(variable: string, content: unknown): DefaultEnvironmentVariable {
  const { value, kind, ...others } = record(content) ?? {};
  if (typeof value === 'string' && (kind === 'path' || kind === 'literal') && Object.keys(others).length === 0) {
    return { value, kind };
  }
  throw shape(quote(variable));
}

function shape(where: string): WrongValue {
  return new WrongValue(
    'must be JSON like {"npm": {"NAME": {"value": "text", "kind": "literal"}}}, with kind literal or path and ' +
      `no other key; ${where} is not`,
  );
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}
