import type { StatedRequirement } from './stated-requirement.js';

/** Short, since there are many: name, specifier, extras that are asked for, extras that it is for. */
type Recorded = readonly [string, string?, (readonly string[])?, (readonly string[])?];

/** In the form in which they are kept. */
export function printRequirements(requirements: readonly StatedRequirement[]): readonly Recorded[] {
  return requirements.map(({ name, specifier, extras, onlyFor }) => {
    if (onlyFor !== undefined) return [name, specifier, extras, onlyFor];
    if (extras.length > 0) return [name, specifier, extras];
    return specifier === '' ? [name] : [name, specifier];
  });
}

/** Undefined when it is nothing that was written here. */
export function parseRequirements(recorded: unknown): StatedRequirement[] | undefined {
  if (!Array.isArray(recorded)) return undefined;
  const requirements = recorded.map(parseOne);
  return requirements.every((each) => each !== undefined) ? requirements : undefined;
}

function parseOne(recorded: unknown): StatedRequirement | undefined {
  if (!Array.isArray(recorded)) return undefined;
  const [name, specifier = '', extras = [], onlyFor]: unknown[] = recorded;
  if (typeof name !== 'string' || typeof specifier !== 'string' || !areTexts(extras)) return undefined;
  if (onlyFor === undefined) return { name, specifier, extras };
  return areTexts(onlyFor) ? { name, specifier, extras, onlyFor } : undefined;
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
