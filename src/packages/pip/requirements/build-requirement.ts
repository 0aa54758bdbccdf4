import { ValidationError } from '../../../errors/index.js';
import { parseNamed } from './named.js';

/**
 * Name and specifier of a requirement that a source distribution has for its build (PEP 508): `setuptools>=68; …` →
 * `setuptools`, `>=68`. Its marker and extras do not count. Undefined when it is none.
 */
export function parseBuildRequirement(text: string): { name: string; specifier: string } | undefined {
  const [named = ''] = text.split(';');
  try {
    const { name, specifiers } = parseNamed(named.trim(), { file: '', line: 0 });
    return { name, specifier: specifiers.map(({ operator, version }) => `${operator}${version}`).join(',') };
  } catch (error) {
    if (error instanceof ValidationError) return undefined;
    throw error;
  }
}
