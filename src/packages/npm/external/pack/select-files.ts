import packlist from 'npm-packlist';
import { PackageNode } from './package-node.js';

/** What `npm pack` would pack. Paths are relative to the folder. */
export interface Selection {
  files: string[];
  /** Files that are made executable; they need not be there. */
  executables: string[];
}

/**
 * Selects the files of the package in a folder exactly as `npm pack` does. Its patterns can be made to take for ever,
 * so this runs in a thread of its own. It runs nothing, and reads `package.json`, `.npmignore` and `.gitignore` only.
 * The folder must hold no links.
 */
export async function selectFiles(directory: string): Promise<Selection> {
  const root = new PackageNode(directory);
  const files = await packlist(root, { path: directory });
  return { files: files.map((file) => file.replace(/^\.\//, '')), executables: root.executables() };
}
