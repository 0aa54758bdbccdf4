import { MAX_REQUIREMENTS, type StatedLine, type StatedRequirement, statedRequirements } from './stated-requirement.js';

/** Each requirement may have a section of its own, with an empty line before it. */
const MAX_LINES = 3 * MAX_REQUIREMENTS;

/**
 * What a `requires.txt` in a folder `.egg-info` of setuptools requires: requirements on lines, those behind `[extra]`,
 * `[extra:marker]` or `[:marker]` under that condition. Undefined when it cannot be understood.
 */
export async function requiresTxtRequirements(content: Buffer): Promise<StatedRequirement[] | undefined> {
  const lines: StatedLine[] = [];
  let section: Omit<StatedLine, 'text'> = {};
  const written = content.toString().split(/\r\n|\r|\n/, MAX_LINES);
  if (written.length === MAX_LINES) return undefined;
  for (const line of written) {
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
