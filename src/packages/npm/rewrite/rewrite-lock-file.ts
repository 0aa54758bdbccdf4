import type { Template } from '../../package-manager.js';
import { resolve } from '../lockfile/graph.js';
import { parseLockFile } from '../lockfile/lock-file.js';
import { describeHalf, type Half, type HalfInput } from './half.js';
import { jsonText } from './json-text.js';
import { newSpec, pointToBundle, replaceAddresses, replaceExternals } from './replace.js';
import { templateOf, unusedMarker } from './template.js';

export interface LockRewrite extends HalfInput {
  text: string;
  file: string;
  /** From the lock file's directory to the root of the unpacked bundle: `../`. */
  relative: string;
}

export interface RewrittenLockFile {
  /** For the request's registry; undefined = the file of the source does it. */
  registry: Template | undefined;
  offline: Template;
  /** What the manifests have to say now. */
  manifests: ManifestChange[];
  /** Externals by what dependants call them, for `overrides`. */
  replaced: { key: string; source: string; spec: string }[];
}

/** New version specifications in the `package.json` of a folder. */
export interface ManifestChange {
  /** Relative to the lock file's directory; the empty text is that directory. */
  folder: string;
  specs: [name: string, spec: string][];
}

/**
 * The lock file for both ways to build. Every external gets its new version, address and integrity, and everything that
 * requires it names that version; what npm would fetch from another registry gets an address at the request's. Offline,
 * all archives come from the bundle. Pure; fit for a thread of its own. Throws as `readLockFile` does.
 */
export function rewriteLockFile(input: LockRewrite): RewrittenLockFile {
  const marker = unusedMarker(input.text);
  const lockFile = parseLockFile(input.text, input.file);
  const halves = [lockFile.graph, ...(lockFile.legacy === undefined ? [] : [lockFile.legacy])].map((graph) =>
    describeHalf(graph, input),
  );
  const [half] = halves;
  const manifests = manifestChanges(half);
  for (const each of halves) {
    replaceExternals(each, marker);
    replaceAddresses(each, marker);
  }
  const changed = halves.some(({ externals, elsewhere }) => externals.size > 0 || elsewhere.size > 0);
  const registry = changed ? templateOf(jsonText(lockFile.json), marker, { fill: 'registry-url' }) : undefined;
  for (const each of halves) pointToBundle(each, `file:${marker}deps/`);
  const offline = templateOf(jsonText(lockFile.json), marker, { fill: 'bundle-directory', relative: input.relative });
  return { registry, offline, manifests, replaced: replacedSources(half) };
}

/** What each folder of the source sees under the names of externals; whether it asks for them its manifest knows. */
function manifestChanges({ graph, externals, folders }: Half): ManifestChange[] {
  const names = new Set([...externals.keys()].map(({ key }) => key));
  return [...new Map([[graph.root, ''], ...folders])].flatMap(([node, folder]) => {
    const specs = [...names].flatMap((name): [string, string][] => {
      const seen = resolve(node, name);
      const external = seen === undefined ? undefined : externals.get(seen);
      return external === undefined ? [] : [[name, newSpec(name, external)]];
    });
    return specs.length === 0 ? [] : [{ folder, specs }];
  });
}

function replacedSources({ externals }: Half): RewrittenLockFile['replaced'] {
  const replaced = [...externals].map(([{ key }, { source, ...archived }]) => ({
    key,
    source,
    spec: newSpec(key, archived),
  }));
  return [...new Map(replaced.map((each) => [`${each.key} ${each.source}`, each])).values()];
}
