import { inTurns } from '../../concurrency/index.js';
import { withoutCredentials } from '../purl/vcs-purl.js';
import { type ArchivedFile, describeCommit, describeFile, type ResourceDescriptor } from './resource-descriptor.js';

/**
 * An in-toto statement (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md) with a SLSA provenance
 * predicate (https://slsa.dev/spec/v1.0/provenance).
 */
export interface ProvenanceStatement {
  _type: 'https://in-toto.io/Statement/v1';
  subject: { name: string; digest: { sha256: string } }[];
  predicateType: 'https://slsa.dev/provenance/v1';
  predicate: {
    buildDefinition: {
      buildType: string;
      externalParameters: Record<string, unknown>;
      resolvedDependencies: ResourceDescriptor[];
    };
    runDetails: {
      builder: { id: string; version?: { cachito: string } };
      metadata: { invocationId: string; startedOn: string; finishedOn: string };
      byproducts: ResourceDescriptor[];
    };
  };
}

/** What a statement says of a request. Nothing of it changes once the request is complete. */
export interface ProvenanceFacts {
  id: number;
  /** As submitted. */
  repo: string;
  /** The commit. */
  ref: string;
  packageManagers: readonly string[];
  flags: readonly string[];
  packages: unknown;
  replacements: unknown;
  /** What was not archived could not be fetched. */
  offline: boolean;
  /** SHA-256 of the bundle. */
  bundleSha256: string;
  /** Version of Cachito that processed the request; null if nobody recorded it. */
  toolVersion: string | null;
  /** Submodules that were asked for; the version is `<address>#<commit>`. */
  submodules: readonly { name: string; version: string }[];
  /** Files of dependencies that went into the bundle, sorted. */
  files: readonly ArchivedFile[];
  /** UTC, `YYYY-MM-DDTHH:MM:SSZ`. */
  startedOn: string;
  finishedOn: string;
}

/** Addresses of the service. */
export interface ServiceAddresses {
  /** Its identity: the base of its addresses. */
  service: string;
  /** Of the request. */
  request: string;
}

/** What `buildType` stands for is told in docs/provenance.md. */
const BUILD_TYPE = 'urn:cachito:request:v1';

/** How the bundle of a request came to be. */
export async function provenance(facts: ProvenanceFacts, addresses: ServiceAddresses): Promise<ProvenanceStatement> {
  const { resolved, packed } = await describeAll(facts);
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: `cachito-${facts.id}.tar.gz`, digest: { sha256: facts.bundleSha256 } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: externalParameters(facts),
        resolvedDependencies: resolved,
      },
      runDetails: {
        builder: {
          id: addresses.service,
          ...(facts.toolVersion === null ? {} : { version: { cachito: facts.toolVersion } }),
        },
        metadata: { invocationId: addresses.request, startedOn: facts.startedOn, finishedOn: facts.finishedOn },
        byproducts: [sbomOf(addresses.request), ...packed],
      },
    },
  };
}

/** Everything that a user chose. */
function externalParameters(facts: ProvenanceFacts): Record<string, unknown> {
  return {
    repo: withoutCredentials(facts.repo),
    ref: facts.ref,
    pkg_managers: facts.packageManagers,
    flags: facts.flags,
    packages: withoutAnyCredentials(facts.packages),
    dependency_replacements: withoutAnyCredentials(facts.replacements),
    offline: facts.offline,
  };
}

async function describeAll({
  repo,
  ref,
  submodules,
  files,
}: ProvenanceFacts): Promise<Record<'resolved' | 'packed', ResourceDescriptor[]>> {
  const resolved = [describeCommit(repo, ref), ...submodules.map(describeSubmodule)];
  const packed: ResourceDescriptor[] = [];
  await inTurns(files, (file) => {
    const described = describeFile(file);
    resolved.push(described.resolved);
    if (described.packed !== undefined) packed.push(described.packed);
  });
  return { resolved, packed };
}

function describeSubmodule({ name, version }: { name: string; version: string }): ResourceDescriptor {
  const hash = version.lastIndexOf('#');
  return describeCommit(version.slice(0, hash), version.slice(hash + 1), name);
}

function sbomOf(request: string): ResourceDescriptor {
  return { name: 'sbom', uri: `${request}/sbom?format=cyclonedx-1.6`, mediaType: 'application/vnd.cyclonedx+json' };
}

/** Of plain data that was checked when it was submitted; addresses may stand anywhere in it. */
function withoutAnyCredentials(value: unknown): unknown {
  if (typeof value === 'string') return withoutCredentials(value);
  if (Array.isArray(value)) return value.map(withoutAnyCredentials);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutAnyCredentials(part)]));
}
