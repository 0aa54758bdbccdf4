import { posix } from 'node:path';
import type { GeneratedFile } from '../package-manager.js';
import { encodePath } from './layout.js';
import type { LinkedFile } from './placement.js';

const PAGE = 'pip/links.html';

/**
 * A page for `PIP_FIND_LINKS`: a link to each file in the bundle that is from a package index (PEP 503). pip searches no
 * directory recursively, and checks the digest of each link.
 */
export function linksPage(files: readonly LinkedFile[]): GeneratedFile {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const lines = ['<!DOCTYPE html>', '<html><head><meta charset="utf-8"></head><body>', ...sorted.map(link)];
  return { path: PAGE, content: Buffer.from(`${lines.join('\n')}\n</body></html>\n`) };
}

function link({ path, file: { file, artifact } }: LinkedFile): string {
  const href = `${encodePath(posix.relative(posix.dirname(PAGE), path))}#sha256=${artifact.sha256}`;
  const python = file.requiresPython === undefined ? '' : ` data-requires-python="${escaped(file.requiresPython)}"`;
  const yanked = file.yanked === undefined ? '' : ` data-yanked="${escaped(file.yanked)}"`;
  return `<a href="${escaped(href)}"${python}${yanked}>${escaped(file.fileName)}</a><br>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
}
