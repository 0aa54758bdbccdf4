import { readLeniently } from '../lenient-reading.js';
import { isLicenseFileName, licensesOfTexts, NOTHING_DECLARED } from '../licenses/index.js';
import { pathOf } from '../declared-license.js';
import type { ReadLicense } from '../package-manager.js';
import { readZipFiles } from '../zip-files.js';

const MAX_FILES = 8;
/** Bytes of each; the longest licence texts have a quarter of it. */
const MAX_TEXT = 256 * 1024;

/**
 * The licence that the licence files in the root of a module are the texts of. `.mod` and `.info` files declare none.
 * The `go` command puts the LICENSE of the repository into modules that lie deeper in it and have none of their own.
 */
export const readLicense: ReadLicense = async (file, signal) => {
  if (!file.upstream.endsWith('.zip')) return NOTHING_DECLARED;
  const root = `${file.name}@${file.version}/`;
  const isWanted = (path: string): boolean => {
    const name = path.slice(root.length);
    return path.startsWith(root) && !name.includes('/') && isLicenseFileName(name);
  };
  const selection = { isWanted, maxFiles: MAX_FILES, maxBytes: MAX_TEXT };
  const files = (await readLeniently(file, signal, (readable) => readZipFiles(readable, selection))) ?? [];
  if (files.length === 0) return NOTHING_DECLARED;
  const texts = files.map(({ path, content }) => ({ file: pathOf(path), text: content.toString('utf8') }));
  const [license] = await licensesOfTexts([texts], signal);
  return license;
};
