import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Remote } from '../../remote/remote.js';

/** Settings of every git call. Nothing of the system's or a user's configuration is read beside them. */
const SETTINGS: readonly (readonly [string, string])[] = [
  ['protocol.version', '2'],
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.autocrlf', 'false'],
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  ['credential.helper', ''],
  ['credential.interactive', 'false'],
  ['http.followRedirects', 'false'],
  ['http.lowSpeedLimit', '1000'],
  ['http.lowSpeedTime', '30'],
  ['transfer.fsckObjects', 'true'],
  ['transfer.bundleURI', 'false'],
  // Old tools wrote these into many repositories; they are untidy, not unsafe.
  ['fetch.fsck.zeroPaddedFilemode', 'ignore'],
  ['fetch.fsck.missingSpaceBeforeDate', 'ignore'],
  ['fetch.fsck.badTimezone', 'ignore'],
  ['fetch.recurseSubmodules', 'false'],
  ['submodule.recurse', 'false'],
  ['fetch.showForcedUpdates', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['safe.bareRepository', 'all'],
  ['safe.directory', '*'],
  ['advice.detachedHead', 'false'],
];

/** Where git and ssh find the roots of trust that the operator of this host has set. */
const PASSED_ON = ['PATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO', 'GIT_SSL_CAPATH', 'SSH_AUTH_SOCK'];

/** The whole environment of a git command that works locally. */
export function localEnvironment(): Record<string, string> {
  return environment(SETTINGS, '');
}

/**
 * The whole environment of a git command that talks to a remote. Credentials are in here, not on the command line,
 * which everyone on the host can see. The host is pinned to the judged addresses (`http.curloptResolve` for http,
 * `HostName` for ssh), so that git asks no resolver; behind a proxy, the proxy resolves. `caFile` holds all certificates
 * that are trusted, where they are not the usual ones.
 */
export function remoteEnvironment(remote: Remote, home: string, caFile?: string): Record<string, string> {
  if (remote.transport === 'ssh') {
    return { ...environment(SETTINGS, 'ssh'), GIT_SSH_COMMAND: sshCommand(remote, home), GIT_SSH_VARIANT: 'ssh' };
  }
  const settings = [...SETTINGS, ...(remote.proxy === undefined ? pinned(remote) : proxied(remote.proxy))];
  if (remote.authorization !== undefined) settings.push(['http.extraHeader', `Authorization: ${remote.authorization}`]);
  return {
    ...environment(settings, remote.transport),
    ...(caFile === undefined ? {} : { GIT_SSL_CAINFO: caFile }),
  };
}

function environment(settings: readonly (readonly [string, string])[], protocol: string): Record<string, string> {
  return {
    ...Object.fromEntries(
      PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    SSH_ASKPASS: '/bin/false',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: protocol,
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

/** With its password: settings in the environment are not shown to others as the command line is. */
function proxied(proxy: string): [string, string][] {
  return [['http.proxy', proxy]];
}

function pinned({ host, port, addresses }: Remote): [string, string][] {
  const list = addresses.map((address) => (address.includes(':') ? `[${address}]` : address)).join(',');
  // A literal address needs no pin, and curl's notation has no room for an IPv6 one.
  return host.includes(':') || addresses.includes(host) ? [] : [['http.curloptResolve', `${host}:${port}:${list}`]];
}

/**
 * ssh with the keys and known hosts of the service's home, and nothing else: no configuration file, no password prompt,
 * no unknown host. The key of the host is looked up by its name although the connection goes to the pinned address.
 */
export function sshCommand({ host, port, addresses }: Remote, home: string): string {
  const folder = join(home, '.ssh');
  const identities = ['id_ed25519', 'id_ecdsa', 'id_rsa']
    .map((name) => join(folder, name))
    .filter((file) => existsSync(file));
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile="${join(folder, 'known_hosts')}"`,
    `HostName=${addresses[0] ?? ''}`,
    `HostKeyAlias=${port === 22 ? host : `[${host}]:${port}`}`,
    'CheckHostIP=no',
    'ProxyCommand=none',
    'PermitLocalCommand=no',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'ControlMaster=no',
    'ConnectTimeout=30',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=4',
    ...identities.map((file) => `IdentityFile="${file}"`),
  ];
  return ['ssh', '-F', 'none', ...options.flatMap((option) => ['-o', option])].map(shellQuoted).join(' ');
}

/** git hands this command to a shell. */
function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
