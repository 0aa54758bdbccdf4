import { describe, expect, it } from '@jest/globals';
import { isUserName } from './user-name.js';

describe('isUserName', () => {
  it.each([
    ['alice@EXAMPLE.ORG', true],
    ['ci/worker@EXAMPLE.ORG', true],
    ['host/build.example.org@EXAMPLE.ORG', true],
    ['alice\\@home@EXAMPLE.ORG', true],
    ['zoë@EXAMPLE.ORG', true],
    [`${'a'.repeat(250)}@E.OR`, true],
    [`${'a'.repeat(250)}@E.ORG`, false],
    ['', false],
    ['alice', false],
    ['@EXAMPLE.ORG', false],
    ['alice@', false],
    ['alice@one@EXAMPLE.ORG', false],
    ['WELLKNOWN/ANONYMOUS@EXAMPLE.ORG', false],
    ['WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS', false],
    ['al\ufffdce@EXAMPLE.ORG', false],
    ['al\u001bice@EXAMPLE.ORG', false],
    ['alice\n@EXAMPLE.ORG', false],
  ])('%j: %s', (principal, expected) => {
    expect(isUserName(principal)).toBe(expected);
  });
});
