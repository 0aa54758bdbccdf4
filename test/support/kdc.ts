import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { freePort } from './nginx.js';
import { missingTool } from './tools.js';

/** Debian keeps servers where only root looks. */
const PATH = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;

/** Of Debian's krb5-kdc, krb5-admin-server and krb5-user. */
const TOOLS = { create: 'kdb5_util', serve: 'krb5kdc', administer: 'kadmin.local', login: 'kinit' };

export const REALM = 'CACHITO.TEST';

/** Seconds. */
export const SHORT_LIFE = 5;

/**
 * A real KDC of MIT Kerberos (Debian: krb5-kdc, krb5-admin-server, krb5-user) on a free port of loopback, with a realm of
 * its own in a temporary folder. Nothing of this machine's Kerberos is read or changed; no root is needed.
 */
export class TestKdc {
  private readonly passwords = new Map<string, string>();
  private caches = 0;

  private constructor(
    readonly directory: string,
    private readonly port: number,
    private readonly end: () => Promise<void>,
  ) {}

  static async start(): Promise<TestKdc> {
    const directory = await mkdtemp(join(tmpdir(), 'cachito-kdc-'));
    const port = await freePort();
    await writeFile(join(directory, 'krb5.conf'), libraryConfiguration(directory, port));
    await writeFile(join(directory, 'kdc.conf'), serverConfiguration(directory, port));
    await run(directory, TOOLS.create, ['create', '-s', '-r', REALM, '-P', 'master']);
    const server = execa(TOOLS.serve, ['-n'], { env: environmentOf(directory), extendEnv: false, reject: false, all: true });
    const stop = (): boolean => server.kill('SIGKILL');
    process.once('exit', stop);
    await Promise.race([
      listening(port),
      server.then(({ all }) => Promise.reject(new Error(`krb5kdc has ended: ${all}`))),
    ]);
    return new TestKdc(directory, port, async () => {
      server.kill();
      await server;
      process.off('exit', stop);
      await rm(directory, { recursive: true, force: true });
    });
  }

  /** For clients and services of this realm: the whole environment but for PATH. */
  get environment(): Record<string, string> {
    return { KRB5_CONFIG: join(this.directory, 'krb5.conf') };
  }

  /** The same for hosts whose clocks may differ by so many seconds only. */
  async environmentWithSkew(seconds: number): Promise<Record<string, string>> {
    const file = join(this.directory, `krb5-${seconds}.conf`);
    await writeFile(file, libraryConfiguration(this.directory, this.port, `clockskew = ${seconds}`));
    return { KRB5_CONFIG: file };
  }

  /** A user who logs in by a password. */
  async addUser(name: string): Promise<void> {
    const password = `password of ${name}`;
    this.passwords.set(name, password);
    await this.administer(`addprinc -pw "${password}" ${name}`);
  }

  /** Makes a principal with a random key if need be, and a new key for it. Returns the keytab, which keeps older keys. */
  async keytab(principal: string): Promise<string> {
    const file = join(this.directory, `${principal.replaceAll('/', '_')}.keytab`);
    const isNew = !(await access(file).then(() => true, () => false));
    if (isNew) await this.administer(`addprinc -randkey ${principal}`);
    await this.administer(`ktadd -k ${file} ${principal}`);
    return file;
  }

  /**
   * Logs a user in, by the password or a keytab. Returns the environment of the clients of that login. `shortTicket`: the
   * only service they get a ticket for, for `SHORT_LIFE` seconds.
   */
  async login(
    principal: string,
    options: { keytab?: string; shortTicket?: string } = {},
  ): Promise<Record<string, string>> {
    const environment = this.withoutLogin();
    const by = options.keytab === undefined ? [] : ['-k', '-t', options.keytab];
    const short = options.shortTicket === undefined ? [] : ['-l', `${SHORT_LIFE}s`, '-S', options.shortTicket];
    const input = `${this.passwords.get(principal) ?? ''}\n`;
    await run(this.directory, TOOLS.login, [...by, ...short, principal], { env: environment, input });
    return environment;
  }

  /** The environment of clients that have no ticket. */
  withoutLogin(): Record<string, string> {
    this.caches += 1;
    return { ...this.environment, KRB5CCNAME: `FILE:${join(this.directory, `cache-${this.caches}`)}` };
  }

  close(): Promise<void> {
    return this.end();
  }

  private async administer(query: string): Promise<void> {
    // Its status says nothing of the query.
    const output = await run(this.directory, TOOLS.administer, ['-r', REALM, '-q', query]);
    if (!/created\.|added to keytab/.test(output)) throw new Error(`${query}: ${output}`);
  }
}

/** Why there can be no test with a KDC, a login of curl and the service's own package; undefined when there can. */
export function kerberosObstacle(): string | undefined {
  const tool = Object.values(TOOLS).find((name) => !isThere(name));
  if (tool !== undefined) return `the command ${tool} (krb5-kdc, krb5-admin-server, krb5-user) is not installed`;
  const curl = missingTool('curl');
  if (curl !== undefined) return curl;
  if (!execFileSync('curl', ['--version'], { encoding: 'utf8' }).includes('SPNEGO')) return 'curl knows no SPNEGO';
  try {
    createRequire(import.meta.url)('kerberos');
    return undefined;
  } catch {
    return 'the optional package kerberos could not be compiled (libkrb5-dev, g++, make, python3) or loaded';
  }
}

function isThere(tool: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$0"', tool], { stdio: 'ignore', env: { PATH } });
    return true;
  } catch {
    return false;
  }
}

async function run(
  directory: string,
  tool: string,
  args: readonly string[],
  { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {},
): Promise<string> {
  const environment = { ...environmentOf(directory), ...env };
  const { all } = await execa(tool, args, { env: environment, extendEnv: false, input, all: true, timeout: 60_000 });
  return all;
}

function environmentOf(directory: string): Record<string, string> {
  return { PATH, LC_ALL: 'C', KRB5_CONFIG: join(directory, 'krb5.conf'), KRB5_KDC_PROFILE: join(directory, 'kdc.conf') };
}

function libraryConfiguration(directory: string, port: number, more = ''): string {
  return `[libdefaults]
  default_realm = ${REALM}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
  ${more}
[realms]
  ${REALM} = {
    kdc = 127.0.0.1:${port}
  }
[domain_realm]
  localhost = ${REALM}
[logging]
  kdc = FILE:${join(directory, 'kdc.log')}
  admin_server = FILE:${join(directory, 'kadmin.log')}
  default = FILE:${join(directory, 'default.log')}
`;
}

function serverConfiguration(directory: string, port: number): string {
  return `[kdcdefaults]
  kdc_listen = 127.0.0.1:${port}
  kdc_tcp_listen = 127.0.0.1:${port}
[realms]
  ${REALM} = {
    database_name = ${join(directory, 'principal')}
    key_stash_file = ${join(directory, 'stash')}
    acl_file = ${join(directory, 'kadm5.acl')}
    supported_enctypes = aes256-cts-hmac-sha1-96:normal
  }
`;
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await wait(20);
    } finally {
      socket.destroy();
    }
  }
}
