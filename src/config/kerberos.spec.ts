import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { checkKeytab, keytabPath } from './kerberos.js';
import { loadConfiguration } from './load-configuration.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'cachito-keytab-spec-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

describe('keytabs', () => {
  it('are paths, whatever kind stands before them', () => {
    for (const text of ['/a/b', 'FILE:/a/b', 'WRFILE:/a/b']) expect(keytabPath(text)).toBe('/a/b');
    expect(keytabPath('b')).toBe(resolve('b'));
  });

  it.each([
    ['version 2', Buffer.from([5, 2, 0, 0, 0, 1, 0]), undefined],
    ['version 1', Buffer.from([5, 1, 0, 0, 0, 1, 0]), undefined],
    ['nothing in it', Buffer.alloc(0), /must name a keytab/],
    ['no key', Buffer.from([5, 2]), /must name a keytab/],
    ['a text', Buffer.from('secret'), /must name a keytab/],
  ])('%s', (name, content, problem) => {
    const file = join(FOLDER, name);
    writeFileSync(file, content);
    if (problem === undefined) expect(() => checkKeytab(file)).not.toThrow();
    else expect(() => checkKeytab(file)).toThrow(problem);
  });

  it('must be files that are there', () => {
    mkdirSync(join(FOLDER, 'folder'));
    expect(() => checkKeytab(join(FOLDER, 'folder'))).toThrow(/must name a file/);
    expect(() => checkKeytab(join(FOLDER, 'nowhere'))).toThrow(/ENOENT.*chmod 400/);
  });
});

describe('options of Kerberos', () => {
  const file = join(FOLDER, 'http.keytab');
  const SERVICE = { CACHITO_KERBEROS_SERVICE: 'cachito.example.org' };

  function load(environment: Record<string, string>): ReturnType<typeof loadConfiguration> {
    return loadConfiguration({ HOME: '/home/ada', ...environment }, []);
  }

  it('make a login, also for other machines', () => {
    writeFileSync(file, Buffer.from([5, 2, 0, 0]), { mode: 0o600 });
    const { configuration, warnings } = load({ ...SERVICE, CACHITO_KERBEROS_KEYTAB: `FILE:${file}`, HOST: '0.0.0.0' });
    expect(configuration.auth.kerberos).toEqual({ service: 'HTTP@cachito.example.org', keytab: file });
    expect(configuration.auth.loginDisabled).toBe(false);
    expect(warnings).toEqual([]);
    expect(load(SERVICE).configuration.auth.kerberos).toEqual({ service: 'HTTP@cachito.example.org', keytab: undefined });
  });

  it('warn of a keytab that others can read', () => {
    chmodSync(file, 0o644);
    expect(load({ ...SERVICE, CACHITO_KERBEROS_KEYTAB: file }).warnings).toEqual([
      expect.stringMatching(/^CACHITO_KERBEROS_KEYTAB .*chmod 600/),
    ]);
  });

  it('are nothing to a worker', () => {
    const worker = { CACHITO_ROLE: 'worker', DATABASE_URL: 'postgres://db/cachito', CACHITO_PUBLIC_URL: 'https://c.example/' };
    expect(load({ ...worker, ...SERVICE, CACHITO_KERBEROS_KEYTAB: '/nowhere' }).configuration.auth.kerberos).toBeUndefined();
  });

  it.each([
    ['a keytab that is not there', { ...SERVICE, CACHITO_KERBEROS_KEYTAB: '/nowhere' }, /^CACHITO_KERBEROS_KEYTAB \(\/nowhere\)/],
    ['a keytab alone', { CACHITO_KERBEROS_KEYTAB: import.meta.filename }, /needs CACHITO_KERBEROS_SERVICE/],
    ['another service', { CACHITO_KERBEROS_SERVICE: 'ldap/host' }, /^CACHITO_KERBEROS_SERVICE="ldap\/host" must be the host/],
    ['a realm', { CACHITO_KERBEROS_SERVICE: 'HTTP/host@REALM' }, /must be the host/],
  ])('refuse %s', (_, environment, problem) => {
    expect(() => load(environment)).toThrow(
      expect.objectContaining({ problems: expect.arrayContaining([expect.stringMatching(problem)]) }),
    );
  });
});
