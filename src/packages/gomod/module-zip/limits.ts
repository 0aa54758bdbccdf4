const MIB = 1024 * 1024;

/** Bytes of a module zip, and of all that is in it (golang.org/x/mod/zip, `MaxZipFile`). Toolchains have no other one. */
export const MAX_ZIP = 500 * MIB;
/** Bytes of `go.mod`, and of `LICENSE` (`MaxGoMod`, `MaxLICENSE`). */
export const MAX_GO_MOD = 16 * MIB;
export const MAX_LICENSE = 16 * MIB;

/** Ours, so that a hostile directory does not fill the memory: several times what the largest modules have. */
export const MAX_ENTRIES = 250_000;
export const MAX_DIRECTORY = 64 * MIB;
/** Bytes of a name: no file system takes a longer path. */
export const MAX_NAME = 4096;
/** Files and the directories above them. */
export const MAX_PATHS = 500_000;
