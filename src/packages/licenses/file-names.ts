/**
 * Whether a file of this name (the last part of a path) holds the licence of what it lies in: `LICENSE`, `LICENSE-MIT`,
 * `COPYING.LESSER`, `MIT-LICENSE.txt`, `UNLICENSE`; not code that is about licences, and not the licences of others.
 */
export function isLicenseFileName(name: string): boolean {
  if (name.length > 100 || OF_OTHERS.test(name) || NO_TEXT.has(ending(name))) return false;
  return /^(?:(?:un)?licen[cs]es?|copying\d?)(?:[-._ ].*)?$/i.test(name) || KIND_FIRST.test(name);
}

/** `MIT-LICENSE`, `Apache-2.0.LICENSE.md` */
const KIND_FIRST =
  /^(?:mit|bsd|apache|isc|[al]?gpl|mpl|epl|zlib|cc0)[-\d.v]*[-._ ]licen[cs]e(?:\.(?:md|txt|rst|markdown))?$/i;

/** Of third parties, or headers for files. */
const OF_OTHERS = /third|3rd|depend|vendor|header|template|notice/i;

/** Endings of files that are no plain text. */
const NO_TEXT = new Set(
  (
    'asc bat c cc cfg cjs cpp cs css csv doc docx gif go gz h hpp htm html ini java jpeg jpg js json jsonl jsx ' +
    'lock mjs odt pdf php pl png ps1 py pyc rb rs rtf sh sig spdx svg tmpl toml tpl ts tsv tsx xml yaml yml zip'
  ).split(' '),
);

function ending(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase();
}
