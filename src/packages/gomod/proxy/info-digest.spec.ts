import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NetworkError } from '../../../errors/index.js';
import { infoDigest, MAX_INFO } from './info-digest.js';

const KITE = { name: 'example.com/kite', version: 'v1.2.3' };
const TIME = '2024-05-06T07:08:09Z';

describe('infoDigest', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'info-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function digestOf(content: string): Promise<string> {
    const file = join(folder, 'file');
    writeFileSync(file, content);
    return infoDigest(file, new AbortController().signal, KITE);
  }

  it.each([
    ['the least', { Version: 'v1.2.3', Time: TIME }],
    ['parts of seconds', { Version: 'v1.2.3', Time: '2024-05-06T07:08:09.123456+02:00' }],
    ['where it came from', { Version: 'v1.2.3', Time: TIME, Origin: { VCS: 'git', URL: 'https://example.com/kite' } }],
  ])('takes %s', async (_, info) => {
    const content = JSON.stringify(info);
    expect(await digestOf(content)).toBe(createHash('sha256').update(content).digest('hex'));
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'v1.2.3'],
    ['no object', '"v1.2.3"'],
    ['null', 'null'],
    ['a list', `[{"Version": "v1.2.3", "Time": "${TIME}"}]`],
    ['another version', `{"Version": "v1.2.4", "Time": "${TIME}"}`],
    ['no version', `{"Time": "${TIME}"}`],
    ['an inherited version', `{"__proto__": {"Version": "v1.2.3", "Time": "${TIME}"}}`],
    ['no time', '{"Version": "v1.2.3"}'],
    ['a time that is none', '{"Version": "v1.2.3", "Time": "yesterday"}'],
    ['a number as time', '{"Version": "v1.2.3", "Time": 1714979289}'],
    ['megabytes', `{"Version": "v1.2.3", "Time": "${TIME}"}`.padEnd(MAX_INFO + 1)],
    ['brackets without end', '['.repeat(MAX_INFO)],
  ])('refuses %s', async (_, content) => {
    await expect(digestOf(content)).rejects.toThrow(NetworkError);
    await expect(digestOf(content)).rejects.toThrow(/about example\.com\/kite v1\.2\.3 makes no sense/);
  });
});
