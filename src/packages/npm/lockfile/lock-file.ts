import { ValidationError } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import { Fields } from './fields.js';
import { flatGraph } from './flat-graph.js';
import type { LockGraph } from './graph.js';
import { type JsonObject, ownValue, parseJsonObject } from './json.js';
import { nestedGraph } from './nested-graph.js';

/** A parsed lock file. Changes of `json` change what the graphs show, and the other way round. */
export interface LockFile {
  json: JsonObject;
  top: Fields;
  version: 1 | 2 | 3;
  /** What counts: `dependencies` of version 1, `packages` of versions 2 and 3. */
  graph: LockGraph;
  /** Version 2 keeps a tree for npm 6 beside it. */
  legacy: LockGraph | undefined;
}

/**
 * Parses a lock file; `file` is its name in messages. Throws `ValidationError` for what is no lock file of version 1, 2
 * or 3, and as the graphs do.
 */
export function parseLockFile(text: string, file: string): LockFile {
  const json = parseJsonObject(text, file);
  const top = new Fields(json, () => `the top level of ${file}`);
  const version = ownValue(json, 'lockfileVersion');
  if (version === 1) return { json, top, version, graph: nestedGraph(json, file), legacy: undefined };
  if (version !== 2 && version !== 3) {
    throw new ValidationError(
      `${file} has the lockfileVersion ${quote(JSON.stringify(version) ?? 'none')}; supported are 1, 2 and 3.`,
    );
  }
  const packages = top.object('packages');
  if (packages === undefined) throw new ValidationError(`${file} has no "packages".`);
  const legacy = version === 2 ? nestedGraph(json, file) : undefined;
  return { json, top, version, graph: flatGraph(packages, file), legacy };
}
