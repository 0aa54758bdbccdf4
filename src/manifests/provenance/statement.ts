import { withoutCredentials } from '../purl/vcs-purl.js';

/** An in-toto statement (https://in-toto.io/Statement/v1) with a SLSA provenance predicate, not signed. */
export interface ProvenanceStatement {
  _type: 'https://in-toto.io/Statement/v1';
  subject: { name: string; digest: { sha256: string } }[];
  predicateType: 'https://slsa.dev/provenance/v1';
  predicate: {
    buildDefinition: {
      buildType: string;
      externalParameters: Record<string, unknown>;
      internalParameters: Record<string, never>;
      resolvedDependencies: ResourceDescriptor[];
    };
    runDetails: {
      builder: { id: string };
      metadata: { invocationId: string; startedOn: string; finishedOn: string };
    };
  };
}

interface ResourceDescriptor {
  uri: string;
  digest: Record<string, string>;
}

/** What a statement is made of. */
export interface ProvenanceFacts {
  id: number;
  repo: string;
  ref: string;
  packageManagers: readonly string[];
  flags: readonly string[];
  packages: Record<string, unknown>;
  replacements: readonly unknown[];
  /** SHA-256 of the bundle. */
  bundleSha256: string;
  /** Archived files that went into it. */
  artifacts: readonly { upstream: string; sha256: string }[];
  /** UTC, `YYYY-MM-DDTHH:MM:SSZ`. */
  startedOn: string;
  finishedOn: string;
  /** Base of this service's addresses. */
  service: string;
  /** Address of the request. */
  address: string;
}

const BUILD_TYPE = 'urn:cachito:request:v1';

/** How the bundle of a complete request came to be. */
export function provenance(facts: ProvenanceFacts): ProvenanceStatement {
  const repo = withoutCredentials(facts.repo);
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: `cachito-${facts.id}.tar.gz`, digest: { sha256: facts.bundleSha256 } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: {
          repo,
          ref: facts.ref,
          pkg_managers: facts.packageManagers,
          flags: facts.flags,
          packages: facts.packages,
          dependency_replacements: facts.replacements,
        },
        internalParameters: {},
        resolvedDependencies: [
          { uri: `git+${repo}@${facts.ref}`, digest: { gitCommit: facts.ref } },
          ...facts.artifacts.map(({ upstream, sha256 }) => ({ uri: upstream, digest: { sha256 } })),
        ],
      },
      runDetails: {
        builder: { id: facts.service },
        metadata: { invocationId: facts.address, startedOn: facts.startedOn, finishedOn: facts.finishedOn },
      },
    },
  };
}
