import { UnsupportedFeature } from '../../../errors/index.js';
import { compareGoVersions } from '../modules/go-version.js';

/** Go 1.21 began to fetch toolchains, and to raise the `go` line of a module to that of its dependencies. */
const FIRST_THAT_SWITCHES = '1.21';
const LAST_BEFORE = '1.20.14';

export interface ToolchainNeed {
  /** The version that the module asks for: `1.22.3`, or `1.22` for the language. */
  target: string;
  /** Whether go is to write `go.mod` or `vendor`. */
  edits: boolean;
}

export interface ToolchainPolicy {
  /** Whether one may be fetched. */
  toolchains: 'fetch' | 'installed';
  /** The newest that may be fetched; `1.26` stands for every release of it. Undefined = any. */
  maxToolchain: string | undefined;
}

export interface ToolchainChoice {
  /** Of the go that will be used. */
  version: string;
  /** Whether it is the installed one; else it has to be fetched. */
  installed: boolean;
}

/**
 * Which go a module gets: the installed one wherever it will do, else a release that has to be fetched. `installed` is
 * its version. Throws `UnsupportedFeature` when that may not be fetched.
 */
export function chooseToolchain(
  { target, edits }: ToolchainNeed,
  installed: string | undefined,
  policy: ToolchainPolicy,
): ToolchainChoice {
  const isOld = compareGoVersions(target, FIRST_THAT_SWITCHES) < 0;
  if (installed !== undefined && compareGoVersions(installed, target) >= 0) {
    // An old module keeps its `go` line only in the hands of an old go.
    if (!isOld || !edits || compareGoVersions(installed, FIRST_THAT_SWITCHES) < 0) {
      return { version: installed, installed: true };
    }
  }
  const release = isOld ? LAST_BEFORE : releaseOf(target);
  checkPolicy(release, target, installed, policy);
  return { version: release, installed: false };
}

/** Since Go 1.21, `1.22` names the language, whose first release is `1.22.0`. */
function releaseOf(target: string): string {
  return /^\d+\.\d+$/.test(target) ? `${target}.0` : target;
}

function checkPolicy(
  release: string,
  target: string,
  installed: string | undefined,
  { toolchains, maxToolchain }: ToolchainPolicy,
): void {
  if (toolchains === 'installed') {
    throw new UnsupportedFeature(
      `The module asks for Go ${target}, which needs Go ${release} on the host of the service; there is ` +
        `${installed === undefined ? 'none' : `Go ${installed}`}, and no other may be fetched ` +
        '(CACHITO_GOMOD_TOOLCHAINS=installed).',
    );
  }
  if (maxToolchain !== undefined && isNewerThan(release, maxToolchain)) {
    throw new UnsupportedFeature(
      `The module asks for Go ${target}; the newest that this service may fetch is Go ${maxToolchain} ` +
        '(CACHITO_GOMOD_MAX_TOOLCHAIN). Lower the go and toolchain lines, or ask the administrators.',
    );
  }
}

function isNewerThan(release: string, max: string): boolean {
  const compared = /^\d+\.\d+$/.test(max) ? languageOf(release) : release;
  return compareGoVersions(compared, max) > 0;
}

/** `1.22` of `1.22.3` and `1.22rc1`. */
function languageOf(version: string): string {
  return /^\d+(?:\.\d+)?/.exec(version)?.[0] ?? version;
}
