import { explain, validRange } from '@renovatebot/pep440';
import { ValidationError } from '../../errors/index.js';
import { quote } from '../../http/index.js';
import { satisfies } from '../../packages/index.js';

/** The library cannot read numbers of more digits without rounding them, and stumbles over what comes of it. */
const LONG_NUMBER = /[0-9]{16}/;

/**
 * A version specifier (PEP 440), such as `>=1.2,<2`. As there, pre-releases are in it only if it names one. Addresses and
 * paths, which are no versions, are in none. Throws `ValidationError` for what is no specifier.
 */
export function pythonRange(text: string): (version: string) => boolean {
  if (text.trim() === '' || LONG_NUMBER.test(text) || !validRange(text)) {
    throw new ValidationError(`${quote(text)} is not a version specifier, such as >=1.2,<2 or ~=1.4.2`);
  }
  const prereleases = text.split(',').some(namesPrerelease);
  return (version) => satisfies(version, text) && (prereleases || !isPrerelease(version));
}

/** A version that is excluded is not named. */
function namesPrerelease(clause: string): boolean {
  const [, operator, operand] = /^([=~<>!]+)(.*)$/s.exec(clause.trim()) ?? [];
  return operator !== undefined && operator !== '!=' && isPrerelease(operand.trim().replace(/\.\*$/, ''));
}

function isPrerelease(version: string): boolean {
  return explain(version)?.is_prerelease === true;
}
