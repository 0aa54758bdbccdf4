import type { ArtifactEvidence } from '../../dependencies/index.js';

/**
 * What an SBOM says, in no format. Everything in it is sorted by code points and refers to each other by `ref`, which is
 * unique in the model; equal requests give equal models, for ever.
 */
export interface SbomModel {
  /** What was requested, each repository and commit once, in the order of the requests. */
  sources: readonly SbomSource[];
  /** By purl, name and version; those that a component contains stand only there. */
  components: readonly SbomModelComponent[];
  /** Versions of Cachito that processed the requests, sorted; empty for requests that do not know theirs. */
  toolVersions: readonly string[];
  /** When the last of the requests was completed, UTC, `YYYY-MM-DDTHH:MM:SSZ`; 1970 for a model of nothing. */
  created: string;
}

/** A repository at a commit: what was requested, the root of everything else. */
export interface SbomSource {
  ref: string;
  /** Path of the repository on its host: `acme-labs/weather-hub`. */
  name: string;
  /** The commit. */
  version: string;
  purl: string;
  /** `git+https://host/team/app.git`, without credentials. */
  vcsUrl: string;
  /** The packages in it. */
  dependsOn: readonly string[];
}

/** A package of a source, or a dependency. */
export interface SbomModelComponent {
  /** The purl where only one component has it. */
  ref: string;
  name: string;
  /** Absent when nothing is known. */
  version?: string;
  purl: string;
  /** Stands in the source itself. */
  isPackage: boolean;
  /** Needed for development only, by all who need it; undefined where nobody said. */
  dev?: boolean;
  /** The archived files, mostly one, by address and digest; none for what is bundled, vendored or local. */
  artifacts: readonly ArtifactEvidence[];
  /** What it requires; undefined when that is not known. */
  dependsOn?: readonly string[];
  /** Parts of it: the Go packages of a module. */
  contains: readonly SbomModelComponent[];
}
