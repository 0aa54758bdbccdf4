import type { LockedFile } from './pypi-content.js';

/** Version of the simple repository API that these pages follow (PEP 629, 691, 700, 714). */
const API_VERSION = '1.1';

/** The page that lists projects, in JSON. */
export function projectsJson(projects: readonly string[]): string {
  return JSON.stringify({ meta: { 'api-version': API_VERSION }, projects: projects.map((name) => ({ name })) });
}

/** The same in HTML (PEP 503). */
export function projectsHtml(projects: readonly string[]): string {
  return htmlPage(
    'Projects',
    projects.map((name) => anchor({ href: `${encodeURIComponent(name)}/` }, name)),
  );
}

/** The page of a project, at least one file, in JSON. */
export function projectJson(project: string, files: readonly LockedFile[]): string {
  return JSON.stringify({
    meta: { 'api-version': API_VERSION },
    name: project,
    versions: [...new Set(files.map(({ version }) => version))],
    files: files.map((file) => ({
      filename: file.file,
      url: addressOf(project, file),
      hashes: { sha256: file.sha256 },
      size: file.size,
      'requires-python': file.requiresPython,
      // Only a reason that says something may stand here as text (PEP 691).
      yanked: file.yanked === undefined ? false : file.yanked || true,
      ...metadataJson(file),
    })),
  });
}

/** The same in HTML. */
export function projectHtml(project: string, files: readonly LockedFile[]): string {
  return htmlPage(
    `Files of ${project}`,
    files.map((file) => {
      const metadata = file.metadata && `sha256=${file.metadata.sha256}`;
      const attributes = {
        href: `${addressOf(project, file)}#sha256=${file.sha256}`,
        'data-requires-python': file.requiresPython,
        'data-yanked': file.yanked,
        'data-core-metadata': metadata,
        'data-dist-info-metadata': metadata,
      };
      return anchor(attributes, file.file);
    }),
  );
}

/** Clients of different age know the one or the other name (PEP 714). */
function metadataJson({ metadata }: LockedFile): object {
  if (metadata === undefined) return {};
  const hashes = { sha256: metadata.sha256 };
  return { 'core-metadata': hashes, 'dist-info-metadata': hashes };
}

/** Relative to the page, so that it is right behind any proxy. */
function addressOf(project: string, { version, file }: LockedFile): string {
  return `../../packages/${[project, version, file].map(encodeURIComponent).join('/')}`;
}

function htmlPage(title: string, anchors: readonly string[]): string {
  return [
    '<!DOCTYPE html>',
    '<html>',
    '<head>',
    '<meta charset="utf-8">',
    `<meta name="pypi:repository-version" content="${API_VERSION}">`,
    `<title>${escapeHtml(title)}</title>`,
    '</head>',
    '<body>',
    ...anchors.map((each) => `${each}<br>`),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Attributes that are undefined are left out. */
function anchor(attributes: Readonly<Record<string, string | undefined>>, text: string): string {
  const written = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [` ${name}="${escapeHtml(value)}"`],
  );
  return `<a${written.join('')}>${escapeHtml(text)}</a>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
