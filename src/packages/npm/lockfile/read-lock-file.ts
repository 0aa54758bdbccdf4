import { ValidationError } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import { readWorkspaces } from '../workspaces.js';
import { classify, type LockDependency } from './classify.js';
import { requirementEdges } from './edges.js';
import { Fields } from './fields.js';
import { packagePlaces } from './graph.js';
import { parseJsonObject } from './json.js';
import { type LockFile, parseLockFile } from './lock-file.js';

export interface LockFileInput {
  text: string;
  /** Name of the lock file in messages: its path in the repository. */
  file: string;
  /** Text and name of the `package.json` beside it. */
  manifest: string;
  manifestFile: string;
  /** Hosts (with port) whose addresses are registry addresses. */
  registryHosts: readonly string[];
}

/** All that is needed of a lock file, as plain data that can be sent from thread to thread. */
export interface LockFileContent {
  /** The package that the lock file belongs to. */
  name: string;
  version: string;
  /** Patterns of folders that are workspaces, as written. */
  workspaces: string[];
  /** In the order of the lock file. */
  dependencies: LockDependency[];
  /** Pairs of indices into `dependencies`: who requires whom; -1 is the package itself. */
  edges: number[];
}

/**
 * Reads a lock file. Pure; fit for a thread of its own. Throws `ValidationError` (not JSON, missing key, wrong type,
 * unknown version, too large), `InvalidFileFormat` (a value against its grammar) and `UnsupportedFeature` (a source of
 * an unknown kind), each naming file and entry.
 */
export function readLockFile(input: LockFileInput): LockFileContent {
  const lockFile = parseLockFile(input.text, input.file);
  const manifest = new Fields(parseJsonObject(input.manifest, input.manifestFile), () => input.manifestFile);
  const hosts = new Set(input.registryHosts);
  const { graph } = lockFile;
  const workspaces = graph.form === 'flat' ? readWorkspaces(graph.root.fields) : [];
  const nodes = packagePlaces(graph);
  const dependencies = nodes.map((node) => classify(node, graph.form, hosts));
  const edges = requirementEdges(graph, nodes, { manifest, workspaces, file: input.file });
  return { ...mainPackage(lockFile, manifest, input.file), workspaces, dependencies, edges };
}

/** Name and version stand at the top of the lock file, else in its root entry, else in `package.json`. */
function mainPackage({ top, graph }: LockFile, manifest: Fields, file: string): { name: string; version: string } {
  const places = graph.form === 'flat' ? [top, graph.root.fields, manifest] : [top, manifest];
  const [name, version] = ['name', 'version'].map((key) => {
    const value = places.map((fields) => fields.text(key)).find((text) => text !== undefined && text !== '');
    if (value === undefined) throw new ValidationError(`Neither ${file} nor package.json has a "${key}".`);
    if (value.length <= 214 && /^\P{Cc}+$/u.test(value)) return value;
    throw new ValidationError(`The "${key}" of the package in ${file} cannot be recorded: ${quote(value)}.`);
  });
  return { name, version };
}
