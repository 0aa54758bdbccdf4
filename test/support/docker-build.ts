import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { environmentOf, type Instruction, type Stage } from './docker-file.js';
import { missingTool } from './tools.js';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const MIRROR = 'http://deb.debian.org/debian';
/** What the image of Node.js brings along. */
const NPM = 'npm@11.19.0';
const DEBOOTSTRAP = ['debootstrap', '--variant=minbase', 'bookworm'] as const;
const OWN_NAMESPACES = ['unshare', '--mount', '--pid', '--fork', '--kill-child'] as const;
const CERTIFICATES = process.env.NODE_EXTRA_CA_CERTS;

/** Why the steps of a Dockerfile cannot be run here; undefined when they can. */
export function buildObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'this is no Linux';
  if (process.getuid?.() !== 0) return 'only root may use chroot';
  return ['debootstrap', 'unshare', 'go'].map(missingTool).find((missing) => missing !== undefined);
}

/**
 * Runs the steps of a Dockerfile without a container engine: each stage is a folder, RUN is a shell in a chroot, COPY
 * copies. What stands for the base images is made of Debian's packages (debootstrap), the Node.js that the Dockerfile
 * names with npm, both from npm's registry, and the `go` of this machine. Returns the folder of the last stage.
 */
export async function buildByChroot(stages: readonly Stage[], into: string): Promise<string> {
  const folders = new Map<string, string>();
  for (const stage of stages) {
    const folder = join(into, stage.name);
    await copyBase(stage.base, folder);
    folders.set(stage.name, folder);
    let workDirectory = '/';
    for (const instruction of stage.instructions) {
      if (instruction.keyword === 'WORKDIR') {
        workDirectory = resolve(workDirectory, instruction.text);
        await mkdir(join(folder, workDirectory), { recursive: true });
      } else if (instruction.keyword === 'RUN')
        await run(instruction.text, folder, workDirectory, environmentOf(stage));
      else if (instruction.keyword === 'COPY') await copy(instruction, folder, workDirectory, folders);
    }
  }
  return folders.get(stages.at(-1)?.name ?? '') ?? into;
}

async function copyBase(image: string, folder: string): Promise<void> {
  if (image.startsWith('golang:')) {
    const goroot = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8', cwd: tmpdir() }).trim();
    await execa('cp', ['-a', await debian(), folder]);
    await execa('cp', ['-a', goroot, join(folder, 'usr/local/go')]);
  } else if (image.startsWith('node:')) await execa('cp', ['-a', await nodeOnDebian(image), folder]);
  else throw new Error(`nothing here stands for the image ${image}`);
}

/** The smallest Debian, made once and kept. */
function debian(): Promise<string> {
  return kept('debian-bookworm', async (folder) => {
    await execute([...DEBOOTSTRAP, folder, MIRROR]);
  });
}

/** @param image like `node:24.21.0-bookworm-slim` */
function nodeOnDebian(image: string): Promise<string> {
  const [, version] = /^node:([\d.]+)-bookworm/.exec(image) ?? [];
  return kept(`node-${version}-bookworm`, async (folder) => {
    const local = join(folder, 'usr/local');
    await execa('cp', ['-a', '--no-target-directory', await debian(), folder]);
    await execa('npm', ['install', '--global', '--prefix', local, NPM]);
    // The program and its header files, as nodejs.org has them.
    const node = `node-linux-${process.arch}`;
    await execa('npm', ['install', '--prefix', join(local, 'node'), `${node}@${version}`]);
    for (const part of ['bin', 'include']) {
      await cp(join(local, 'node/node_modules', node, part), join(local, part), { recursive: true });
    }
    await rm(join(local, 'node'), { recursive: true });
  });
}

async function kept(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(tmpdir(), `cachito-test-image-${name}`);
  if (existsSync(folder)) return folder;
  const temporary = await mkdtemp(`${folder}.new-`);
  try {
    await execa('chmod', ['755', temporary]);
    await make(temporary);
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** A shell in the chroot, with names and certificates of this machine for the time that it runs. */
async function run(
  command: string,
  folder: string,
  directory: string,
  environment: Record<string, string>,
): Promise<void> {
  const certificates = '/run/build-certificates.pem';
  await cp('/etc/resolv.conf', join(folder, 'etc/resolv.conf'), { dereference: true, force: true });
  if (CERTIFICATES !== undefined) await cp(CERTIFICATES, join(folder, certificates));
  const inside = ['/bin/sh', '-c', `cd '${directory}' && ${command}`];
  const mounts =
    'mount --rbind /dev "$1/dev" && mount -t proc proc "$1/proc" && root=$1 && shift && exec chroot "$root" "$@"';
  await execute([...OWN_NAMESPACES, 'sh', '-c', mounts, 'run', folder, ...inside], {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    DEBIAN_FRONTEND: 'noninteractive',
    ...(CERTIFICATES !== undefined && { NODE_EXTRA_CA_CERTS: certificates }),
    ...environment,
  });
  await rm(join(folder, certificates), { force: true });
}

/** A source is a file, or a folder whose content is copied; of several, all go into the folder that ends in `/`. */
async function copy(
  { flags, text }: Instruction,
  folder: string,
  directory: string,
  folders: ReadonlyMap<string, string>,
): Promise<void> {
  const words = text.split(/\s+/);
  const target = words.pop() ?? '';
  const from = flags.from === undefined ? ROOT : folders.get(flags.from);
  if (from === undefined) throw new Error(`COPY --from=${flags.from}: there is no such stage`);
  const to = join(folder, resolve(directory, target));
  for (const source of words.map((word) => join(from, word))) {
    const place = target.endsWith('/') ? join(to, basename(source)) : to;
    await mkdir(dirname(place), { recursive: true });
    await execa('cp', ['-a', '--no-target-directory', '--no-preserve=ownership', source, place]);
    if (flags.chmod !== undefined) await execa('chmod', [flags.chmod, place]);
  }
}

async function execute(
  [command, ...args]: readonly [string, ...string[]],
  env?: Record<string, string>,
): Promise<void> {
  await execa(command, args, env === undefined ? {} : { env, extendEnv: false });
}

/** For the files that containers of a test leave to each other. */
export async function writeSecret(file: string, value: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${value}\n`, { mode: 0o444 });
  return file;
}
