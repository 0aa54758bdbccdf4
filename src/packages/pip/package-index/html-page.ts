import { Parser } from 'htmlparser2';
import type { ListedFile } from './listed-file.js';

/** What a page says of itself. */
export interface PageFacts {
  /** PEP 629; undefined when the page does not tell. */
  apiVersion: string | undefined;
  /** `<base href>`, relative to the page. */
  base: string | undefined;
  /** Why it cannot be an index page; undefined when it can. */
  problem: string | undefined;
  /** Whether it is a web page with links, forms or scripts, but without any link to a file: a login page, perhaps. */
  looksForeign: boolean;
}

export const NOTHING_SAID: PageFacts = { apiVersion: undefined, base: undefined, problem: undefined, looksForeign: false };

/** Elements inside of each other. Index pages have four; the parser would be slow with very many. */
const MAX_DEPTH = 256;
/** Characters that are parsed before the depth is looked at. */
const PIECE = 16 * 1024;
/** Characters of a link's text that are looked at: a longer one is no file name. */
const MAX_TEXT = 1000;
/** What a link to a distribution of any kind ends in. */
const DISTRIBUTION = /\.(?:whl|egg|zip|tgz|tar|tar\.[a-z0-9]{1,4}|exe|msi|rpm|deb|dmg)$/i;
/** Elements of login pages and the like, which a list of links does not need. */
const FOREIGN = new Set(['form', 'input', 'script', 'iframe', 'frame']);

/** Hears of each file that an HTML page (PEP 503, 592) links to, in order. */
export function readHtmlPage(text: string, onFile: (file: ListedFile) => void): PageFacts {
  const facts: PageFacts = { ...NOTHING_SAID };
  let [files, others, depth] = [0, 0, 0];
  let link: { attributes: Record<string, string>; text: string } | undefined;
  const finishLink = (): void => {
    const file = link === undefined ? undefined : linkedFile(link.attributes, link.text);
    if (file !== undefined) onFile(file);
    if (file !== undefined) files++;
    else if (link !== undefined) others++;
    link = undefined;
  };
  const parser = new Parser({
    onopentag: (name, attributes) => {
      if (++depth > MAX_DEPTH) facts.problem = 'it is nested too deeply';
      if (name === 'a') {
        finishLink();
        link = { attributes, text: '' };
      } else if (name === 'base') facts.base ??= attributes.href;
      else if (name === 'meta' && attributes.name?.toLowerCase() === 'pypi:repository-version') {
        facts.apiVersion ??= attributes.content;
      } else if (FOREIGN.has(name)) others++;
    },
    ontext: (part) => {
      if (link !== undefined && link.text.length <= MAX_TEXT) link.text += part;
    },
    onclosetag: (name) => {
      depth--;
      if (name === 'a') finishLink();
    },
  });
  for (let at = 0; at < text.length && facts.problem === undefined; at += PIECE) parser.write(text.slice(at, at + PIECE));
  if (facts.problem === undefined) parser.end();
  facts.looksForeign = files === 0 && others > 0;
  return facts;
}

function linkedFile(attributes: Readonly<Record<string, string>>, text: string): ListedFile | undefined {
  const { href } = attributes;
  if (href === undefined) return undefined;
  const shown = text.trim();
  const fileName = isDistribution(shown) ? shown : lastPart(href);
  if (!isDistribution(fileName)) return undefined;
  return {
    fileName,
    address: href,
    hashes: [],
    requiresPython: attributes['data-requires-python'],
    yanked: attributes['data-yanked'],
  };
}

function isDistribution(name: string): boolean {
  return name.length <= MAX_TEXT && DISTRIBUTION.test(name);
}

/** The text of a link should be the file name; listings of web servers cut long ones, but the address has it too. */
function lastPart(href: string): string {
  const path = /^[^?#]*/.exec(href)?.[0] ?? '';
  const part = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
