/** Files of a source distribution that may name its licence; the first kind that is there counts. */
export const LICENSE_FILE_KINDS = ['PKG-INFO', 'egg-info', 'pyproject.toml', 'setup.cfg'] as const;

export type LicenseFileKind = (typeof LICENSE_FILE_KINDS)[number];

export interface LicenseFile {
  kind: LicenseFileKind;
  /** Without `.` and empty names. */
  path: string;
  content: Uint8Array;
}

/** Names in the path of a `PKG-INFO` that setuptools leaves beside the code: `kite-1.0/src/kite.egg-info/PKG-INFO`. */
const MAX_DEPTH = 4;

/** Picks the files that may name the licence from the members of a source distribution, as they come by. */
export class LicenseFiles {
  /** Of the first member. */
  private top: string | undefined;
  private readonly found = new Map<LicenseFileKind, LicenseFile>();

  /** `withMetadata`: false for the archive of a repository, where a `PKG-INFO` is no more than some file. */
  constructor(private readonly withMetadata: boolean) {}

  /** Whether the content of the member is to be taken. To be called for each member. */
  wants(path: string): boolean {
    const names = namesIn(path);
    this.top ??= names.at(0);
    const kind = this.kindOf(names);
    return kind !== undefined && !this.found.has(kind);
  }

  take(path: string, content: Uint8Array): void {
    const names = namesIn(path);
    const kind = this.kindOf(names);
    if (kind !== undefined) this.found.set(kind, { kind, path: names.join('/'), content });
  }

  /** Whether nothing that is still to come could count. */
  get isComplete(): boolean {
    const [first, , ...others] = LICENSE_FILE_KINDS;
    return this.withMetadata ? this.found.has(first) : others.every((kind) => this.found.has(kind));
  }

  /** What was taken, the best first. Metadata that was made for the distribution counts alone. */
  result(): LicenseFile[] {
    const files = LICENSE_FILE_KINDS.flatMap((kind) => this.found.get(kind) ?? []);
    const isMetadata = files.length > 0 && ['PKG-INFO', 'egg-info'].includes(files[0].kind);
    return isMetadata ? files.slice(0, 1) : files;
  }

  private kindOf(names: readonly string[]): LicenseFileKind | undefined {
    const name = names.at(-1);
    const isInTop = names.length === 1 || (names.length === 2 && names[0] === this.top);
    switch (name) {
      case 'PKG-INFO':
        if (!this.withMetadata) return undefined;
        if (isInTop) return 'PKG-INFO';
        return names.length <= MAX_DEPTH && names.at(-2)?.endsWith('.egg-info') === true ? 'egg-info' : undefined;
      case 'pyproject.toml':
      case 'setup.cfg':
        return isInTop ? name : undefined;
      default:
        return undefined;
    }
  }
}

function namesIn(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
