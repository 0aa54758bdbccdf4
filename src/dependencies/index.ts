export type { Artifact, ArtifactKey, ArtifactSpec, Digests } from './artifact.js';
