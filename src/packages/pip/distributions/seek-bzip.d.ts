/** The part of the library that is used; it has no types of its own. */
declare module 'seek-bzip' {
  interface ByteSource {
    readByte(): number;
    /** As many bytes as there are, up to `length`; -1 for none. */
    read(buffer: Buffer, offset: number, length: number): number;
    eof(): boolean;
  }

  const Bunzip: {
    /** Unpacks all blocks, and with `multistream` all streams one behind another. Throws `TypeError`. */
    decode(input: ByteSource, output: { writeByte(byte: number): void }, multistream: boolean): void;
  };
  export default Bunzip;
}
