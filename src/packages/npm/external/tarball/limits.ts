/** How much of an archive is read before it counts as hostile. */
export interface TarLimits {
  entries: number;
  /** Bytes after inflating. */
  inflated: number;
  /** Bytes after inflating for each byte before, once `ratioFree` bytes are inflated. */
  ratio: number;
  ratioFree: number;
  /** Bytes of one header that holds names. */
  header: number;
}

/** The largest packages of the public registry have a tenth of it; zeros deflate 1000 to 1. */
export const TAR_LIMITS: TarLimits = {
  entries: 200_000,
  inflated: 4 * 1024 ** 3,
  ratio: 200,
  ratioFree: 64 * 1024 ** 2,
  header: 64 * 1024,
};
