import { isUserName, MAX_USER_NAME, roles } from './login-entry.js';
import type { OidcRule, UserNamePart } from './oidc.js';
import { WrongValue } from './options/option.js';
import { Fields, text, textList } from './upstreams/fields.js';

const MAX_RULES = 1000;
const MAX_PATTERN = 500;

/** Reads the rules of one issuer, in their order. */
export function readRules(value: unknown, place: string, problems: string[]): OidcRule[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_RULES) {
    throw new WrongValue(`must be a list of 1 to ${MAX_RULES} rules`);
  }
  const rules = value.map((item: unknown, index) => readRule(item, `${place}[${index}]`, problems));
  return rules.filter((rule) => rule !== undefined);
}

/** What stands before the first claim in user names of a rule; undefined when they hold no claim. */
export function prefixOf({ user }: OidcRule): string | undefined {
  const [first] = user;
  return user.length > 1 && typeof first === 'string' ? first.slice(0, first.indexOf(':') + 1) : undefined;
}

function readRule(item: unknown, place: string, problems: string[]): OidcRule | undefined {
  if (!(item instanceof Map)) {
    problems.push(`${place} must be a map with the keys claims and user`);
    return undefined;
  }
  const fields = new Fields(item, place, problems);
  const claims = fields.required('claims', readClaims);
  const user = fields.required('user', readTemplate);
  const given = fields.get('roles', roles) ?? [];
  fields.finish();
  return claims === undefined || user === undefined ? undefined : { claims, user, roles: given };
}

/** None at all would be everybody whom the issuer knows; who wants that can say so by `sub: "*"`. */
function readClaims(value: unknown): OidcRule['claims'] {
  const entries = value instanceof Map ? [...value] : [];
  if (entries.length === 0) throw new WrongValue('must be a map of at least one claim, like {repository: "acme/*"}');
  return entries.map(([name, wanted]) => ({ name: String(name), patterns: patterns(wanted) }));
}

function patterns(wanted: unknown): string[] {
  const list = typeof wanted === 'string' ? [wanted] : textList(wanted);
  if (list.every((pattern) => pattern !== '' && pattern.length <= MAX_PATTERN)) return list;
  throw new WrongValue(`must have patterns of 1 to ${MAX_PATTERN} characters`);
}

/**
 * `github:{repository}`. The prefix with its colon keeps these names apart from those of other ways to log in, so that
 * nobody gets the rights of another user by the choice of a name.
 */
function readTemplate(value: unknown): UserNamePart[] {
  const template = text(value);
  const parts = template.split(/\{([^{}]*)\}/).map((part, at): UserNamePart => (at % 2 === 0 ? part : { claim: part }));
  const literals = parts.filter((part) => typeof part === 'string');
  // White space may stand between two claims, but not around the whole.
  const isPlain = template.trim() === template && literals.every((part) => isUserName(`|${part}|`) && !/[{}]/.test(part));
  const claims = parts.filter((part) => typeof part !== 'string');
  if (!isPlain || template.length > MAX_USER_NAME || claims.some(({ claim }) => claim === '')) {
    throw new WrongValue('must be a user name, in which {claim} stands for the value of a claim');
  }
  if (claims.length > 0 && !/^[A-Za-z0-9][\w.-]*:/.test(literals[0] ?? '')) {
    throw new WrongValue('must begin with a name and a colon, like "github:{repository}", so that it is no other user');
  }
  return parts.filter((part) => part !== '');
}
