export type {
  AlgorithmDigest,
  Artifact,
  ArtifactSpec,
  Digests,
  MadeArtifact,
  MadeArtifactSpec,
  PackageVersion,
} from './artifact.js';
export { ArtifactArchive } from './artifact-archive.js';
export { ArtifactLicenses, type DeclaredLicense } from './artifact-licenses.js';
export { ArtifactReferences } from './artifact-references.js';
export {
  Catalogue,
  countDependencies,
  type ReportedEdge,
  type ReportedPackage,
  type SavedPackage,
} from './catalogue.js';
export {
  type CataloguedDependency,
  type CataloguedPackage,
  compareCodePoints,
  type ComponentKey,
  type RequestPackages,
} from './component.js';
export type { ArtifactEvidence, EvidenceDependency, EvidencePackage } from './evidence.js';
export { DependencyPaths } from './dependency-paths.js';
export { Findings } from './findings.js';
export { KeptDocuments } from './kept-documents.js';
export { UpstreamDocuments } from './upstream-documents.js';
