import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isNewEnough } from '../choose-git-client.js';
import { localEnvironment, remoteEnvironment, sshCommand } from './environment.js';

const HTTP = { transport: 'https', url: 'https://host/a', host: 'host', port: 443, addresses: ['192.0.2.1', '2001:db8::1'], authorization: 'Basic c2VjcmV0' } as const;
const SSH = { transport: 'ssh', url: 'ssh://git@host:22/a', host: 'host', port: 22, addresses: ['192.0.2.1'], authorization: undefined } as const;

function settings(environment: Record<string, string>): Record<string, string> {
  const count = Number(environment.GIT_CONFIG_COUNT);
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [environment[`GIT_CONFIG_KEY_${at}`] ?? '', environment[`GIT_CONFIG_VALUE_${at}`] ?? '']),
  );
}

describe('The environment of git', () => {
  let home: string;
  beforeAll(async () => {
    home = join(await mkdtemp(join(tmpdir(), 'home-')), "it's a home");
    await mkdir(join(home, '.ssh'), { recursive: true });
    await writeFile(join(home, '.ssh', 'id_ed25519'), 'key');
  });
  afterAll(() => rm(join(home, '..'), { recursive: true }));

  it('allows no transport locally, and one for a remote', () => {
    expect(localEnvironment()).toMatchObject({ GIT_ALLOW_PROTOCOL: '', GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1' });
    expect(remoteEnvironment(HTTP, home)).toMatchObject({ GIT_ALLOW_PROTOCOL: 'https' });
    expect(remoteEnvironment(SSH, home)).toMatchObject({ GIT_ALLOW_PROTOCOL: 'ssh' });
  });

  it('pins the addresses of a host and carries the credentials', () => {
    expect(settings(remoteEnvironment(HTTP, home))).toMatchObject({
      'http.curloptResolve': 'host:443:192.0.2.1,[2001:db8::1]',
      'http.extraHeader': 'Authorization: Basic c2VjcmV0',
      'http.followRedirects': 'false',
      'transfer.fsckObjects': 'true',
      'credential.helper': '',
    });
    const literal = settings(remoteEnvironment({ ...HTTP, host: '192.0.2.1', addresses: ['192.0.2.1'], authorization: undefined }, home));
    expect(Object.keys(literal)).not.toEqual(expect.arrayContaining(['http.curloptResolve', 'http.extraHeader']));
  });

  it('leaves names to a proxy, whose password is in the environment, and takes certificates from a file', () => {
    const proxied = remoteEnvironment({ ...HTTP, addresses: [], proxy: 'http://u:secret@proxy:3128/' }, home, '/tmp/ca.pem');
    expect(settings(proxied)).toMatchObject({ 'http.proxy': 'http://u:secret@proxy:3128/', 'http.followRedirects': 'false' });
    expect(settings(proxied)).not.toHaveProperty(['http.curloptResolve']);
    expect(proxied).toMatchObject({ GIT_SSL_CAINFO: '/tmp/ca.pem' });
    expect(settings(remoteEnvironment(HTTP, home))).not.toHaveProperty(['http.proxy']);
  });

  it('gives ssh the keys of the home, the pinned address and nothing to ask or run', async () => {
    const echo = sshCommand(SSH, home).replace(/^'ssh'/, "printf '%s\\n'");
    const { stdout } = await execa('sh', ['-c', echo]);
    const words = stdout.split('\n').filter((word) => word !== '-o');
    expect(words).toEqual(
      expect.arrayContaining([
        '-F', 'none', 'BatchMode=yes', 'StrictHostKeyChecking=yes', 'HostName=192.0.2.1', 'HostKeyAlias=host', 'ProxyCommand=none',
        `UserKnownHostsFile="${home}/.ssh/known_hosts"`, `IdentityFile="${home}/.ssh/id_ed25519"`,
      ]),
    );
    expect(sshCommand({ ...SSH, port: 2222 }, home)).toContain("'HostKeyAlias=[host]:2222'");
  });

  it('is understood by ssh', async () => {
    const options = sshCommand(SSH, home).replace(/^'ssh'/, "'ssh' -G");
    const result = await execa('sh', ['-c', `${options} host`], { reject: false });
    if (result.exitCode === 127) return;
    expect(result.stdout).toMatch(/^hostname 192\.0\.2\.1$/m);
    expect(result.stdout).toMatch(/^hostkeyalias host$/m);
    expect(result.stdout).toMatch(/^stricthostkeychecking (?:yes|true)$/m);
    expect(result.stdout).toContain(`${home}/.ssh/known_hosts`);
  });

  it('needs git 2.37', () => {
    expect(['2.37', '2.37.0', '2.39.5', '3.0', '10.1.1'].map(isNewEnough)).toEqual([true, true, true, true, true]);
    expect(['2.36.9', '1.99', '2.4', '0.0'].map(isNewEnough)).toEqual([false, false, false, false]);
  });
});
