import { ValidateBy, ValidateIf } from 'class-validator';

/*
 * Only the first broken rule of a property is reported: the one written nearest to it. So types stand below lengths.
 */

/** The property may be left out; `null` is a value, and a wrong one. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/** A rule of one's own: `test` says whether a value keeps it, `message` what the rule is (`must be …`). */
export function MatchesRule(
  name: string,
  test: (value: unknown, whole: object) => boolean,
  message: string | ((value: unknown) => string),
): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value, context) => test(value, context?.object ?? {}),
      defaultMessage: (context) => (typeof message === 'string' ? message : message(context?.value)),
    },
  });
}

const AT_LEAST_ONE = Symbol('at-least-one-property');

/** The object must have at least one property. */
export function AtLeastOneProperty(): ClassDecorator {
  return (type) => Reflect.defineMetadata(AT_LEAST_ONE, true, type);
}

export function needsAProperty(type: object): boolean {
  return Reflect.getMetadata(AT_LEAST_ONE, type) === true;
}
