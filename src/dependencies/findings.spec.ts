import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Findings } from './findings.js';
import { openTestDatabase, type TestDatabase } from '../database/testing.js';

let database: TestDatabase;
let findings: Findings;
beforeAll(async () => {
  database = await openTestDatabase();
  findings = new Findings(database.dataSource);
});
afterAll(() => database?.close());

describe('findings', () => {
  it('come in the order of their subjects, each kind by itself', async () => {
    await findings.record('a', [{ subject: 'one', content: '1' }, { subject: 'two', content: '2' }]);
    await findings.record('b', [{ subject: 'two', content: 'other' }]);
    expect(await findings.find('a', ['two', 'none', 'one', 'two'])).toEqual(['2', undefined, '1', '2']);
    expect(await findings.find('b', ['one', 'two'])).toEqual([undefined, 'other']);
    expect(await findings.find('c', ['one'])).toEqual([undefined]);
    expect(await findings.find('a', [])).toEqual([]);
    await findings.record('a', []);
  });

  it('are replaced by what is recorded later, within one call too', async () => {
    await findings.record('later', [{ subject: 'x', content: 'first' }, { subject: 'x', content: 'second' }]);
    expect(await findings.find('later', ['x'])).toEqual(['second']);
    await findings.record('later', [{ subject: 'x', content: '' }]);
    expect(await findings.find('later', ['x'])).toEqual(['']);
  });

  it('may have any subject', async () => {
    const subjects = ['', '\0', "'; --", 'ü', 'x'.repeat(100_000), '\ud800', '__proto__', 'constructor'];
    await findings.record('any', subjects.map((subject, at) => ({ subject, content: String(at) })));
    expect(await findings.find('any', subjects)).toEqual(subjects.map((_, at) => String(at)));
  });

  it('are recorded by many at once', async () => {
    const subjects = Array.from({ length: 2500 }, (_, at) => `subject ${at}`);
    const record = (order: string[], content: string) =>
      findings.record('many', order.map((subject) => ({ subject, content })));
    const writers = ['0', '1', '2', '3'].map((content, at) => record(at % 2 === 0 ? subjects : [...subjects].reverse(), content));
    await Promise.all(writers);
    const found = await findings.find('many', subjects);
    expect(found).toHaveLength(2500);
    expect(found.every((content) => content !== undefined && '0123'.includes(content))).toBe(true);
  });
});
