import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { parse } from 'yaml';

/** A service of a Compose file, as far as tests look at it. */
export interface ComposeService {
  image: string;
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  secrets?: string[];
  networks?: string[];
  depends_on?: Record<string, { condition: string }>;
  volumes?: { type: string; source?: string; target: string }[];
  healthcheck?: object;
  stop_grace_period?: string;
  deploy?: { replicas?: number; resources?: { limits?: { cpus?: string; memory?: string; pids?: number } } };
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, object>;
  networks: Record<string, { internal?: boolean }>;
}

/**
 * Reads a Compose file with the variables filled in, as `docker compose config` does. Throws when a required one is
 * missing.
 */
export function readCompose(file: string, variables: Readonly<Record<string, string>>): ComposeFile {
  const read: unknown = parse(readFileSync(file, 'utf8'), { merge: true });
  return filledIn(read, variables) as ComposeFile;
}

/** Keys stay as they are; what is filled in stays text, whatever it looks like. */
function filledIn(value: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return interpolate(value, variables);
  if (Array.isArray(value)) return value.map((each) => filledIn(each, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filledIn(each, variables)]));
}

/** `${NAME:-default}` and `${NAME:?message}`: what is empty counts as not set. */
function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, operator?: string, rest?: string) => {
    const value = variables[name] ?? '';
    if (value !== '') return value;
    if (operator === '?') throw new Error(`${name}: ${rest}`);
    return rest ?? '';
  });
}

/** The variables of a `.env` file without quotes. */
export function readVariables(file: string): Record<string, string> {
  const lines = readFileSync(file, 'utf8').matchAll(/^(\w+)=(.*)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}

/**
 * What is wrong with a Compose file by the Compose Specification. The schema is `schema/compose-spec.json` of
 * `github.com/compose-spec/compose-go/v2` 2.16.2 (Go module proxy), unchanged; Apache-2.0.
 */
export function composeProblems(compose: object): unknown[] {
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, 'docker-compose.schema.json'), 'utf8')) as object;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormatsModule.default(ajv);
  ajv.addFormat('duration', true);
  const validate = ajv.compile(schema);
  return validate(compose) ? [] : (validate.errors ?? []);
}
