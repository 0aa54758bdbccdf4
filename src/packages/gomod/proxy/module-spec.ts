import type { ArtifactSpec } from '../../../dependencies/index.js';
import { InvalidChecksum, NetworkError } from '../../../errors/index.js';
import type { ChecksumDatabase } from '../checksum-database/checksum-database.js';
import type { GoSums } from '../files/go-sum-file.js';
import { hashGoMod, hashModuleZip } from '../module-zip/index.js';
import type { DocumentPort } from '../../package-manager.js';
import { absence } from './failures.js';
import { infoDigest } from './info-digest.js';
import { fileAddress, type ModuleFileKind, type ModuleFile } from './module-file.js';
import type { ModuleUpstreams } from './module-upstreams.js';

/** Bytes; as Go has it (golang.org/x/mod/zip). */
const MAX_MOD = 16 * 1024 * 1024;

/** What vouches for the files of modules. */
export interface Vouchers {
  sums: Pick<GoSums, 'zip' | 'mod'>;
  checksums: Pick<ChecksumDatabase, 'lookup'>;
  documents: DocumentPort;
}

/**
 * How a file is archived. A `.zip` or `.mod` that `go.sum` names must be what that says; of a public module that it does
 * not name, what the checksum database says, which is asked only when the file has to be fetched. Nothing vouches for
 * other files of private modules, nor for any `.info`. Throws `NetworkError` when nobody is configured for the module,
 * `ValidationError` for what is no module path or version.
 */
export function moduleSpec(file: ModuleFile, { bases, isPrivate }: ModuleUpstreams, vouchers: Vouchers): ArtifactSpec {
  const { path: name, version, kind } = file;
  const [first, ...others] = bases.map((base) => fileAddress(base, file));
  if (first === undefined) {
    throw new NetworkError(
      `No configured module proxy serves ${name}: all are for other modules. Ask the administrators of this service.`,
    );
  }
  const common = { ecosystem: 'gomod', name, version, upstreams: [first, ...others] as const, digests: {} };
  const unverified: ArtifactSpec = { ...common, fileDigests: fileDigests(kind), verifiedBy: 'none' };
  if (kind === 'info') return unverified;
  const sum = vouchers.sums[kind](name, version);
  const namedBy = kind === 'mod' ? 'go.sum (in its /go.mod line)' : 'go.sum';
  if (sum !== undefined) return { ...unverified, digests: { h1: sum }, verifiedBy: 'go.sum', namedBy };
  if (isPrivate) return unverified;
  return {
    ...unverified,
    findDigests: async (address, signal) => {
      const found = await vouchers.checksums.lookup(name, version, signal);
      if (found === undefined) throw await whyUnknown(file, address, vouchers.documents, signal);
      const verifiedBy = 'checksum database';
      return { digests: { h1: found[kind] }, verifiedBy, namedBy: `the ${verifiedBy}` };
    },
  };
}

function fileDigests(kind: ModuleFileKind): ArtifactSpec['fileDigests'] {
  const digests: Record<ModuleFileKind, ArtifactSpec['fileDigests']> = {
    zip: { h1: hashModuleZip },
    mod: { h1: hashGoMod },
    // It is SHA-256 that is recorded anyway: the point is the look at the content before anything is recorded.
    info: { sha256: infoDigest },
  };
  return digests[kind];
}

/** What the checksum database does not know may just not exist. `address` is where the file would be. */
async function whyUnknown(
  { path, version }: ModuleFile,
  address: string,
  documents: DocumentPort,
  signal: AbortSignal,
): Promise<Error> {
  const modFile = address.replace(/\.\w+$/, '.mod');
  const exists = (await documents.fetch(modFile, { maxSize: MAX_MOD, signal })) !== undefined;
  if (!exists) return absence(`${path} ${version}`, address);
  return new InvalidChecksum(
    `Nothing vouches for ${path} ${version}: no go.sum has a checksum for it, and the checksum database does not know ` +
      'it. Commit the go.sum that `go mod tidy` writes. If the module is private, an administrator has to say so: by ' +
      'scopes of a module proxy in the file that CACHITO_UPSTREAMS_FILE names.',
  );
}
