import type { ValidationError } from 'class-validator';
import { quote } from './quote.js';

const MAX_MESSAGES = 5;

/** One text for all that class-validator found: names the place, the broken rule, and quotes the offending value. */
export function describeViolations(errors: readonly ValidationError[]): string {
  const messages = errors.flatMap((error) => messagesOf(error, ''));
  const shown = messages.slice(0, MAX_MESSAGES).join('; ');
  return messages.length > MAX_MESSAGES ? `${shown}; and ${messages.length - MAX_MESSAGES} more` : shown;
}

function messagesOf(error: ValidationError, parent: string): string[] {
  const path = `${parent}${/^\d+$/.test(error.property) ? `[${error.property}]` : `${parent && '.'}${error.property}`}`;
  const own = error.constraints === undefined ? [] : [ownMessage(error, path, error.constraints)];
  return [...own, ...(error.children ?? []).flatMap((child) => messagesOf(child, path))];
}

function ownMessage(error: ValidationError, path: string, constraints: Record<string, string>): string {
  if ('whitelistValidation' in constraints) return `unexpected property ${quote(path)}`;
  if (error.value === undefined) return `missing required property ${quote(path)}`;
  const rules = Object.values(constraints).map((rule) => withoutName(rule, error.property));
  return `${path}: ${quote(error.value)} is not valid: it ${rules.join(', ')}`;
}

/** `ref must be a string` → `must be a string`; `each value in flags must be …` → `must, in each value, be …`. */
function withoutName(rule: string, name: string): string {
  return rule.replace(`each value in ${name} must `, 'must, in each value, ').replace(`${name} `, '');
}
