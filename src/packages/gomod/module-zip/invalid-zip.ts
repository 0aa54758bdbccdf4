/** Why a file is no module zip that Go takes: the end of a sentence that begins with the module. */
export class InvalidZip extends Error {
  override readonly name = 'InvalidZip';
}
