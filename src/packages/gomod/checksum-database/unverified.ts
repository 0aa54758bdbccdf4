/** Why an answer of the checksum database is not believed: the end of a sentence that begins with the answer. */
export class Unverified extends Error {
  override readonly name = 'Unverified';
}
