import { type ArtifactEvidence, compareCodePoints, type EvidenceDependency } from '../../dependencies/index.js';

/** Name, version as documents show it, and purl: what tells components apart. */
export interface NodeKey {
  name: string;
  version: string | null;
  purl: string;
}

/** A component while all that is known of it is put together. */
export class Node implements NodeKey {
  readonly name: string;
  readonly version: string | null;
  readonly purl: string;
  isPackage = false;
  /** It is a Go module: it may have parts, and is none. */
  isGoModule = false;
  dev: boolean | undefined;
  readonly artifacts = new Map<string, ArtifactEvidence>();
  readonly requires = new Set<Node>();
  /** Some lock file tells what it requires. */
  requirementsKnown = false;
  readonly parts = new Set<Node>();
  isPart = false;
  private isDependency = false;

  constructor({ name, version, purl }: NodeKey) {
    this.name = name;
    this.version = version;
    this.purl = purl;
  }

  /** Adds what one more request or lock file knows of it. */
  addUse({ dev, artifact }: Pick<EvidenceDependency, 'dev' | 'artifact'>): void {
    this.dev = this.isDependency ? joinedDev(this.dev, dev) : dev;
    this.isDependency = true;
    if (artifact !== undefined) {
      this.artifacts.set(JSON.stringify([artifact.upstream, artifact.sha256, artifact.verifiedBy]), artifact);
    }
  }

  addRequirement(node: Node): void {
    if (node !== this) this.requires.add(node);
  }

  addPart(node: Node): void {
    if (node === this || node.isPart || node.isGoModule) return;
    node.isPart = true;
    this.parts.add(node);
  }
}

/** For development only if everybody needs it for that; what anybody is silent on is unknown unless another needs it. */
function joinedDev(one: boolean | undefined, other: boolean | undefined): boolean | undefined {
  if (one === false || other === false) return false;
  return one === undefined || other === undefined ? undefined : true;
}

/** All components of a document, equal ones being one. */
export class Nodes {
  private readonly byKey = new Map<string, Node>();

  get({ purl, name, version }: NodeKey): Node {
    const key = { purl, name, version: version === '' ? null : version };
    const text = JSON.stringify([purl, name, key.version]);
    const node = this.byKey.get(text) ?? new Node(key);
    this.byKey.set(text, node);
    return node;
  }

  get all(): Node[] {
    return [...this.byKey.values()];
  }
}

/** The order of components in documents: purl, name, version (none first). */
export function compareNodes(a: NodeKey, b: NodeKey): number {
  return (
    compareCodePoints(a.purl, b.purl) ||
    compareCodePoints(a.name, b.name) ||
    compareCodePoints(a.version ?? '', b.version ?? '')
  );
}
