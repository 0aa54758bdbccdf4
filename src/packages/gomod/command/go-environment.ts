import { join } from 'node:path';
import { compareGoVersions } from '../modules/go-version.js';

export interface GoEnvironment {
  toolchain: { version: string; goroot: string };
  /** Directory that belongs to the commands alone: home, temporary files, GOPATH. */
  scratch: string;
  /** Unpacked modules. */
  goModCache: string;
  /** The only module proxy. */
  proxy: string;
  /** Prefixes of the paths of modules that the checksum database must not hear of. */
  privateModules: readonly string[];
  /** Whether files that use C are part of their packages. */
  cgo: boolean;
  /** Of one command with its children. Bytes. */
  maxMemory: number;
  /** Where the command works. */
  directory: string;
  /** A `go.work` file, or `off`. */
  workFile: string;
}

/** Part of the memory that go's own heap may take before its garbage collector works harder. */
const HEAP_SHARE = 0.8;

/**
 * The whole environment of a go command: it inherits nothing. It reaches the given proxy and no version control system,
 * no other toolchain, and no file of the service's home; the checksum database is asked through the proxy.
 */
export function goEnvironment(options: GoEnvironment): Record<string, string> {
  const { toolchain, directory, scratch } = options;
  const { home, configuration, temporary, goPath, goCache } = scratchDirectories(scratch);
  return {
    PATH: join(toolchain.goroot, 'bin'),
    // Else go asks the system where it is, and shows paths without symbolic links.
    PWD: directory,
    HOME: home,
    XDG_CONFIG_HOME: configuration,
    TMPDIR: temporary,
    LC_ALL: 'C',
    NO_PROXY: '127.0.0.1',
    GIT_TERMINAL_PROMPT: '0',
    GOPATH: goPath,
    GOMODCACHE: options.goModCache,
    GOCACHE: goCache,
    // An index of packages by their place in the scratch directory would take longer to write than it saves.
    GODEBUG: 'goindex=0',
    GOENV: 'off',
    GOFLAGS: goFlags(toolchain.version),
    GO111MODULE: 'on',
    GOTOOLCHAIN: 'local',
    GOPROXY: options.proxy,
    GOSUMDB: 'sum.golang.org',
    GOPRIVATE: '',
    GONOSUMDB: options.privateModules.join(','),
    GONOPROXY: 'none',
    GOINSECURE: '',
    GOVCS: '*:off',
    GOWORK: options.workFile,
    // Said explicitly, since a missing C compiler would turn it off and change which packages there are.
    CGO_ENABLED: options.cgo ? '1' : '0',
    GOMEMLIMIT: String(Math.floor(options.maxMemory * HEAP_SHARE)),
  };
}

/** Where everything lies in the scratch directory. The directories of a user's configuration depend on the system. */
export function scratchDirectories(scratch: string) {
  const home = join(scratch, 'home');
  return {
    home,
    temporary: join(scratch, 'temporary'),
    goPath: join(scratch, 'gopath'),
    goCache: join(scratch, 'build'),
    configuration:
      process.platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.config'),
  };
}

/**
 * Unpacked modules can be removed by whoever wrote them. No profile of a program is used: for packages with one, `go list`
 * would print import paths like `fmt [example.com/program]` (since Go 1.21).
 */
function goFlags(version: string): string {
  return compareGoVersions(version, '1.21') < 0 ? '-modcacherw' : '-modcacherw -pgo=off';
}
