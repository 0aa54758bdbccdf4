/** The module that Go's own toolchain switching fetches; each release for each platform is a version of it. */
export const TOOLCHAIN_MODULE = 'golang.org/toolchain';

const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', freebsd: 'freebsd' };
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  ia32: '386',
  arm: 'arm',
  ppc64: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
  loong64: 'loong64',
};

/** `linux-amd64` for this host; undefined when Go has none for it. */
export function goPlatform(platform = process.platform, architecture = process.arch): string | undefined {
  const [system, processor] = [SYSTEMS[platform], ARCHITECTURES[architecture]];
  return system === undefined || processor === undefined ? undefined : `${system}-${processor}`;
}

/** `v0.0.1-go1.22.3.linux-amd64`. */
export function toolchainVersion(release: string, platform: string): string {
  return `v0.0.1-go${release}.${platform}`;
}
