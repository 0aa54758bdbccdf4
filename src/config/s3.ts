import type { S3Settings } from './configuration.js';
import { type Option, WrongValue } from './options/option.js';
import type { OptionReader } from './options/reader.js';
import { USED } from './options/used.js';
import { isOpenToOthers } from './signing-key.js';
import { readCertificates, readSecret } from './upstreams/small-files.js';

/** Options that mean something only with a bucket. */
const DETAILS: readonly Option<unknown>[] = [
  USED.s3Endpoint,
  USED.s3Region,
  USED.s3Prefix,
  USED.s3PathStyle,
  USED.s3AccessKeyId,
  USED.s3SecretAccessKeyFile,
  USED.s3CertificatesFile,
  USED.s3DirectDownloads,
];

/** Undefined when no bucket is named: the blobs lie in directories then. */
export function readS3(reader: OptionReader, warnings: string[]): S3Settings | undefined {
  if (!reader.isSet(USED.s3Bucket)) {
    const useless = DETAILS.filter((option) => reader.isSet(option)).map(({ name }) => name);
    if (useless.length > 0) reader.complain(`${useless.join(', ')} without ${USED.s3Bucket.name}: name the bucket`);
    return undefined;
  }
  const endpoint = reader.read(USED.s3Endpoint, undefined);
  return {
    bucket: reader.read(USED.s3Bucket, ''),
    endpoint,
    // Servers other than Amazon's have one region, and seldom look at its name.
    region: reader.read(USED.s3Region, endpoint === undefined ? undefined : 'us-east-1'),
    prefix: reader.read(USED.s3Prefix, undefined),
    pathStyle: reader.read(USED.s3PathStyle, endpoint !== undefined),
    credentials: readCredentials(reader, warnings),
    caCertificates: readFile(reader, USED.s3CertificatesFile, readCertificates),
    directDownloads: reader.read(USED.s3DirectDownloads, false),
  };
}

function readCredentials(reader: OptionReader, warnings: string[]): S3Settings['credentials'] {
  const { s3AccessKeyId: id, s3SecretAccessKeyFile: file } = USED;
  if (reader.isSet(id) !== reader.isSet(file)) {
    reader.complain(`${id.name} and ${file.name} belong together; set both, or none of them`);
  }
  const secretAccessKey = readFile(reader, file, (path) => {
    const secret = readSecret(path);
    if (isOpenToOthers(path)) {
      warnings.push(`${file.name} (${path}): other users of this host may read or change it; forbid it with chmod 600.`);
    }
    return secret;
  });
  const accessKeyId = reader.read(id, undefined);
  return accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey };
}

/** What `parse` makes of the named file, which it refuses with `WrongValue`. */
function readFile(reader: OptionReader, option: Option<string>, parse: (file: string) => string): string | undefined {
  const file = reader.read(option, undefined);
  if (file === undefined) return undefined;
  try {
    return parse(file);
  } catch (error) {
    if (!(error instanceof WrongValue)) throw error;
    reader.complain(`${option.name} (${file}) ${error.message}`);
    return undefined;
  }
}
