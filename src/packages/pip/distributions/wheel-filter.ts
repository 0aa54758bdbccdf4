/** Which wheels are wanted besides source distributions: `binary` of a package's configuration; lists mean "one of". */
export interface WheelFilter {
  /** Normalised by PEP 503; undefined = all. */
  packages: readonly string[] | undefined;
  /** Parts of platform tags; undefined = all. */
  arch: readonly string[] | undefined;
  os: readonly string[] | undefined;
  /** Such as 312; undefined = all. */
  pythonVersion: number | undefined;
  /** Parts of interpreter tags; undefined = all. */
  implementation: readonly string[] | undefined;
  abi: readonly string[] | undefined;
  /** Regular expression, searched in the platform tag; undefined = none. */
  platform: string | undefined;
}
