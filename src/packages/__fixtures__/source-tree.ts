import { Readable } from 'node:stream';
import { posix } from 'node:path';
import type { TreeEntry } from '../../archive/index.js';
import type { SourceTree } from '../../source/index.js';

/** A source with these files, path → text. */
export function treeOf(files: Record<string, string | Buffer>): SourceTree {
  const contents = new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)]));
  const entries = [...contents].map(([path, content]): TreeEntry => ({ path, type: 'file', size: content.length }));
  return {
    submodules: [],
    async *list(directory = '.') {
      const root = posix.normalize(directory);
      yield* entries.filter(({ path }) => root === '.' || path === root || path.startsWith(`${root}/`));
    },
    async *contents(_directory, wanted = () => true) {
      for (const entry of entries.filter(wanted)) {
        yield { entry, content: contents.get(entry.path) ?? Buffer.alloc(0) };
      }
    },
    entry: async (path) => entries.find((entry) => entry.path === posix.normalize(path)),
    read: async (path) => contents.get(posix.normalize(path)),
    open: async (path) => Readable.from([contents.get(posix.normalize(path)) ?? Buffer.alloc(0)]),
  };
}
