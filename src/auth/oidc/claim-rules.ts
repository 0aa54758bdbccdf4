import type { JWTPayload } from 'jose';
import { isUserName, type OidcRule } from '../../config/index.js';
import type { Identity } from '../login.strategy.js';
import { matchesGlob } from './glob.js';

/** Claims that no rule, or no user name, can be made of. The message says why; it shows no value. */
export class ClaimProblem extends Error {}

/** Who the bearer of a token with these claims is, by the first rule that matches. Throws `ClaimProblem`. */
export function identityOf(claims: JWTPayload, rules: readonly OidcRule[]): Identity {
  const rule = rules.find((each) => each.claims.every(({ name, patterns }) => matches(own(claims, name), patterns)));
  if (rule === undefined) throw new ClaimProblem('no rule of this service matches its claims');
  const username = rule.user.map((part) => (typeof part === 'string' ? part : nameIn(claims, part.claim))).join('');
  if (!isUserName(username)) throw new ClaimProblem('its claims make a user name that is too long');
  return { username, roles: rule.roles };
}

/** A list matches by any of its members; the yes and no of a claim by `true` and `false`. */
function matches(value: unknown, patterns: readonly string[]): boolean {
  if (Array.isArray(value)) return value.some((each: unknown) => typeof each === 'string' && matches(each, patterns));
  if (typeof value === 'boolean') return patterns.includes(String(value));
  return typeof value === 'string' && patterns.some((pattern) => matchesGlob(value, pattern));
}

function nameIn(claims: JWTPayload, claim: string): string {
  const value = own(claims, claim);
  if (typeof value !== 'string') throw new ClaimProblem(`it has no claim ${claim}, or one that is no text`);
  if (isUserName(value)) return value;
  throw new ClaimProblem(`its claim ${claim} cannot be a part of a user name`);
}

function own(claims: JWTPayload, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}
