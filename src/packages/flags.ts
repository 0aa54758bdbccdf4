/** Flags of a request that are accepted today; a retired one is an error. */
export const ACTIVE_FLAGS = [
  'gomod-vendor',
  'gomod-vendor-check',
  'force-gomod-tidy',
  'cgo-disable',
  'include-git-dir',
  'remove-unsafe-symlinks',
] as const;
export type Flag = (typeof ACTIVE_FLAGS)[number];
