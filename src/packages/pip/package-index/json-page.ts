import { NOTHING_SAID, type PageFacts } from './html-page.js';
import type { ListedFile } from './listed-file.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** Hears of each file that a JSON page (PEP 691, 700) names, in order. What is malformed is left out. */
export function readJsonPage(text: string, onFile: (file: ListedFile) => void): PageFacts {
  const page = parsed(text);
  if (!isObject(page) || !Array.isArray(page.files)) {
    return { ...NOTHING_SAID, problem: 'it is no JSON document with a list of files' };
  }
  const apiVersion = isObject(page.meta) ? page.meta['api-version'] : undefined;
  for (const file of page.files as unknown[]) {
    if (!isObject(file)) continue;
    const { filename, url, hashes, yanked } = file;
    if (typeof filename !== 'string' || typeof url !== 'string') continue;
    onFile({
      fileName: filename,
      address: url,
      hashes: isObject(hashes) ? Object.entries(hashes) : [],
      requiresPython: stringOf(file['requires-python']),
      // A reason, or true. The empty text means no, other than in HTML.
      yanked: yanked === true ? '' : stringOf(yanked) || undefined,
    });
  }
  return { ...NOTHING_SAID, apiVersion: stringOf(apiVersion) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
