import { readCoreMetadata } from '../distributions/core-metadata.js';
import { type StatedRequirement, statedRequirements } from './stated-requirement.js';

/**
 * What a `METADATA` of a wheel, or a `PKG-INFO` of a source distribution, requires. A wheel's says it all, as does one
 * with `Requires-Dist`. That of a source distribution without it says so only from version 2.2 on, where the field is not
 * `Dynamic` (PEP 643): older ones often leave it out. Undefined when it is unknown.
 */
export async function metadataRequirements(
  content: Buffer,
  kind: 'wheel' | 'sdist',
): Promise<StatedRequirement[] | undefined> {
  const metadata = readCoreMetadata(content);
  const [version] = metadata?.get('metadata-version') ?? [];
  if (metadata === undefined || version === undefined) return undefined;
  const lines = metadata.get('requires-dist') ?? [];
  const dynamic = (metadata.get('dynamic') ?? []).map((field) => field.toLowerCase());
  const saysAll = kind === 'wheel' || lines.length > 0 || (isReliable(version) && !dynamic.includes('requires-dist'));
  return saysAll ? statedRequirements(lines.map((text) => ({ text }))) : undefined;
}

/** 2.2 and later. */
function isReliable(version: string): boolean {
  const [, major, minor] = /^([0-9]{1,4})\.([0-9]{1,4})$/.exec(version) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 2);
}
