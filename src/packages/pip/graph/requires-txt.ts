import { type StatedLine, type StatedRequirement, statedRequirements } from './stated-requirement.js';

/**
 * What a `requires.txt` in a folder `.egg-info` of setuptools requires: requirements on lines, those behind `[extra]`,
 * `[extra:marker]` or `[:marker]` under that condition. Undefined when it cannot be understood.
 */
export async function requiresTxtRequirements(content: Buffer): Promise<StatedRequirement[] | undefined> {
  const lines: StatedLine[] = [];
  let section: Omit<StatedLine, 'text'> = {};
  for (const line of content.toString().split(/\r\n|\r|\n/)) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    if (!text.startsWith('[')) lines.push({ text, ...section });
    else if (text.endsWith(']')) section = sectionOf(text.slice(1, -1));
    else return undefined;
  }
  return statedRequirements(lines);
}

function sectionOf(name: string): Omit<StatedLine, 'text'> {
  const [extra] = name.split(':', 1);
  const marker = name.slice(extra.length + 1).trim();
  return { ...(extra.trim() === '' ? {} : { extra: extra.trim() }), ...(marker === '' ? {} : { marker }) };
}
