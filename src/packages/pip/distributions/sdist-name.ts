import { indexName } from '../names.js';

/** What source distributions end in. */
const EXTENSIONS = ['.tar.gz', '.tar.bz2', '.tar.xz', '.tar.Z', '.tar', '.zip'] as const;

export type SdistExtension = (typeof EXTENSIONS)[number];

/** What the name of a source distribution tells; each part as it is spelled there. */
export interface SdistName {
  name: string;
  version: string;
  extension: SdistExtension;
}

/** How a file name ends, if it ends like that of a source distribution. */
export function sdistExtension(fileName: string): SdistExtension | undefined {
  return EXTENSIONS.find((extension) => fileName.endsWith(extension));
}

/**
 * Reads `<name>-<version><extension>`. Names and versions may hold dashes, so the name is the beginning that is the
 * project's (PEP 503); undefined when there is none. What follows need not be a version by PEP 440.
 */
export function parseSdistName(fileName: string, project: string): SdistName | undefined {
  const extension = sdistExtension(fileName);
  if (extension === undefined) return undefined;
  const stem = fileName.slice(0, -extension.length);
  const wanted = indexName(project);
  for (let dash = stem.indexOf('-'); dash >= 0; dash = stem.indexOf('-', dash + 1)) {
    const name = stem.slice(0, dash);
    // Each run of separators is one in the normal form, which therefore is never longer.
    if (name.length >= wanted.length && indexName(name) === wanted) return versioned(name, stem, extension);
  }
  return undefined;
}

function versioned(name: string, stem: string, extension: SdistExtension): SdistName | undefined {
  const version = stem.slice(name.length + 1);
  return version === '' ? undefined : { name, version, extension };
}
