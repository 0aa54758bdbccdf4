import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { environmentOf, setting, type Stage } from './docker-file.js';

export interface ContainerOptions {
  /** Laid over the image's. */
  environment?: Record<string, string>;
  /** Folders of the host by their place in the container; they can be written, all else cannot. */
  volumes?: Record<string, string>;
  command?: string[];
}

const OWN_NAMESPACES = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'] as const;
const ENTER = ['nsenter', '--mount', '--pid', '--root', '--wd'] as const;

/** Devices that every container has. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'];

/**
 * Root's part: mounts as a container engine makes them (a root file system that cannot be written, `/tmp` in memory and
 * `noexec`, a small `/dev`, a process list of its own); then steps down for ever, without any capability.
 */
const SETUP = `set -e
root=$1 user=$2 directory=$3; shift 3
mount --bind "$root" "$root"
while [ "$1" != -- ]; do mount --bind "$1" "$root$2"; shift 2; done; shift
mount -t proc proc "$root/proc"
mount -t tmpfs -o nosuid,nodev,noexec,size=256m tmp "$root/tmp"
mount -t tmpfs -o nosuid,noexec,size=1m dev "$root/dev"
for name in ${DEVICES.join(' ')}; do touch "$root/dev/$name"; mount --bind "/dev/$name" "$root/dev/$name"; done
mkdir "$root/dev/shm"; mount -t tmpfs -o nosuid,nodev,noexec,mode=1777,size=64m shm "$root/dev/shm"
mount -o remount,bind,ro "$root"
exec chroot "$root" setpriv --reuid "\${user%:*}" --regid "\${user#*:}" --clear-groups --no-new-privs \
  --bounding-set=-all --inh-caps=-all -- sh -c 'cd "$0" && exec "$@"' "$directory" "$@"`;

/**
 * A process in the chroot of a built image, run as its Dockerfile says, in namespaces of its own, but for the host's
 * network.
 */
export class Container {
  private output = '';
  private readonly exit: Promise<number | null>;

  private constructor(
    private readonly stage: Stage,
    private readonly environment: Record<string, string>,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (this.output += chunk));
    this.exit = once(child, 'exit').then(([status]: (number | null)[]) => status);
  }

  static start(stage: Stage, folder: string, options: ContainerOptions = {}): Container {
    const environment = { ...environmentOf(stage), ...options.environment };
    const volumes = Object.entries(options.volumes ?? {}).flatMap(([inside, outside]) => [outside, inside]);
    const words = [folder, setting(stage, 'USER') ?? '0:0', setting(stage, 'WORKDIR') ?? '/', ...volumes, '--'];
    const command = [...list(setting(stage, 'ENTRYPOINT')), ...(options.command ?? list(setting(stage, 'CMD')))];
    const [unshare, ...namespaces] = OWN_NAMESPACES;
    const child = spawn(unshare, [...namespaces, 'sh', '-c', SETUP, 'container', ...words, ...command], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Container(stage, environment, child);
  }

  /** Everything it printed. */
  get log(): string {
    return this.output;
  }

  /** Waits until it printed this; throws when it ends before. */
  async printed(text: string): Promise<void> {
    const ended = this.exit.then((status) => {
      throw new Error(`ended with ${status}:\n${this.output}`);
    });
    const seen = new Promise<void>((resolve) => {
      const look = (): void => (this.output.includes(text) ? resolve() : undefined);
      this.child.stdout?.on('data', look);
      look();
    });
    await Promise.race([seen, ended]);
  }

  /** Its status; null when it was killed. */
  ended(): Promise<number | null> {
    return this.exit;
  }

  /** Signals its first process, as `docker stop` and `docker kill` do. */
  async signal(name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    process.kill(await this.firstProcess(), name);
  }

  /** The image's HEALTHCHECK: runs in the container as its user. */
  health(): Promise<{ exitCode?: number; stderr: string }> {
    const check = setting(this.stage, 'HEALTHCHECK') ?? '';
    return this.execute(list(/CMD\s+(.*)$/s.exec(check)?.[1]));
  }

  /** Like `docker exec`. */
  async execute(command: string[]): Promise<{ exitCode?: number; stdout: string; stderr: string }> {
    const [uid, gid] = (setting(this.stage, 'USER') ?? '0:0').split(':');
    const [enter, ...namespaces] = ENTER;
    const target = [...namespaces, '--target', String(await this.firstProcess())];
    const user = ['setpriv', '--reuid', uid, '--regid', gid, '--clear-groups', '--no-new-privs', '--'];
    return execa(enter, [...target, ...user, ...command], {
      env: this.environment,
      extendEnv: false,
      reject: false,
    });
  }

  /** As the host numbers it. */
  private async firstProcess(): Promise<number> {
    const { pid } = this.child;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return Number(children.trim().split(' ')[0]);
  }
}

/** The JSON form of CMD and ENTRYPOINT. */
function list(text: string | undefined): string[] {
  return text === undefined ? [] : (JSON.parse(text) as string[]);
}
