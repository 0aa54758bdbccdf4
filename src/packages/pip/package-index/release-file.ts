import type { ChosenFile } from './chosen-file.js';
import { parseSdistName } from '../distributions/sdist-name.js';
import { parseWheelName } from '../distributions/wheel-name.js';
import { indexName } from '../names.js';

/** A file of a release, as an index page names it; it is a candidate. */
export type ReleaseFile = Omit<ChosenFile, 'index'>;

/** Bytes. File systems take no longer ones. */
const MAX_NAME = 255;
/** Control characters, those without a shape or meaning, and what leads to another directory. */
const UNSAFE = /[\p{C}/\\]|\.\./u;

/** What a file name tells of a file of the project (PEP 503 name); undefined when it is not one that can be taken. */
export function readFileName(
  fileName: string,
  project: string,
): Pick<ReleaseFile, 'kind' | 'name' | 'version'> | undefined {
  if (Buffer.byteLength(fileName) > MAX_NAME || UNSAFE.test(fileName)) return undefined;
  if (!fileName.endsWith('.whl')) {
    const sdist = parseSdistName(fileName, project);
    return sdist === undefined ? undefined : { kind: 'sdist', name: sdist.name, version: sdist.version };
  }
  const wheel = parseWheelName(fileName);
  if (wheel === undefined || indexName(wheel.name) !== project) return undefined;
  return { kind: 'wheel', name: wheel.name, version: wheel.version };
}
