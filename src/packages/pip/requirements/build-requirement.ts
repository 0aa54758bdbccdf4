import { ValidationError } from '../../../errors/index.js';
import { parseMarker } from './marker.js';
import { canHold } from './marker-reach.js';
import { parseNamed } from './named.js';

/** What a source distribution needs for its build. */
export interface ParsedBuildRequirement {
  name: string;
  /** PEP 440; may be empty. */
  specifier: string;
  /** Whether its marker can hold on Linux with a Python of today. */
  canHold: boolean;
}

const PLACE = { file: '', line: 0 };

/** Reads a requirement such as `setuptools>=68; python_version >= "3.8"` (PEP 508). Undefined when it is none. */
export function parseBuildRequirement(text: string): ParsedBuildRequirement | undefined {
  const end = text.includes(';') ? text.indexOf(';') : text.length;
  const marker = text.slice(end + 1).trim();
  try {
    const { name, specifiers } = parseNamed(text.slice(0, end).trim(), PLACE);
    const specifier = specifiers.map(({ operator, version }) => `${operator}${version}`).join(',');
    return { name, specifier, canHold: marker === '' || canHold(parseMarker(marker, PLACE)) };
  } catch (error) {
    if (error instanceof ValidationError) return undefined;
    throw error;
  }
}
