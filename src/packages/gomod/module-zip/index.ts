/** Digests of the files of Go modules, as `go.sum` and the checksum database have them. */
export { hashGoMod } from './hash-go-mod.js';
export { hashModuleZip } from './hash-module-zip.js';
