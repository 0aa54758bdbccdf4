import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonObject, parseJsonObject } from '../../lockfile/json.js';
import { isPackageName } from '../../lockfile/names.js';
import {
  binDirectory,
  binTargets,
  bundledNames,
  dependencyNames,
  type DependencyField,
  mayBeWorkspace,
} from './package-fields.js';

/** A dependency of a package as `npm-packlist` asks for it. */
interface PackageEdge {
  peer: boolean;
  dev: boolean;
  /** Undefined when it is not installed. */
  to: PackageNode | undefined;
}

const EDGES: readonly DependencyField[] = [
  'peerDependencies',
  'dependencies',
  'optionalDependencies',
  'devDependencies',
];

/**
 * A package in a folder, with the packages in its `node_modules`: as much of the tree of npm's arborist as
 * `npm-packlist` looks at. Nothing outside the folder of the root is read.
 */
export class PackageNode {
  readonly isLink = false;
  readonly target = this;
  readonly isProjectRoot: boolean;
  /** The fields of `package.json` that the selection goes by, as npm reads them. */
  readonly package: JsonObject;
  /** Only whether there are any counts. */
  readonly workspaces: ReadonlyMap<string, string> | undefined;
  private readonly manifest: JsonObject;
  private readonly children = new Map<string, PackageNode | undefined>();
  private edges: Map<string, PackageEdge> | undefined;

  constructor(
    readonly path: string,
    private readonly parent?: PackageNode,
  ) {
    this.isProjectRoot = parent === undefined;
    this.manifest = readManifestFile(path);
    this.package = {
      ...this.manifest,
      bin: Object.fromEntries(this.executables().map((target, at) => [at, target])),
      bundleDependencies: bundledNames(this.manifest),
    };
    const isMonorepo = this.isProjectRoot && hasWorkspace(path, this.manifest);
    this.workspaces = isMonorepo ? new Map() : undefined;
  }

  get edgesOut(): Map<string, PackageEdge> {
    this.edges ??= new Map(
      EDGES.filter((field) => field !== 'devDependencies' || this.isProjectRoot).flatMap((field) =>
        dependencyNames(this.manifest, field).map((name) => [name, this.edge(name, field)] as const),
      ),
    );
    return this.edges;
  }

  /** Files that are to be executable, relative to the root. */
  executables(): string[] {
    const directory = binDirectory(this.manifest);
    return directory === undefined ? binTargets(this.manifest) : plainFilesBelow(this.path, directory);
  }

  private edge(name: string, field: DependencyField): PackageEdge {
    return { peer: field === 'peerDependencies', dev: field === 'devDependencies', to: this.resolve(name) };
  }

  /** As `require` would find it. */
  private resolve(name: string): PackageNode | undefined {
    // Anything else could name a folder elsewhere.
    if (!isPackageName(name)) return undefined;
    return this.child(name) ?? this.parent?.resolve(name);
  }

  private child(name: string): PackageNode | undefined {
    if (!this.children.has(name)) {
      const path = join(this.path, 'node_modules', name);
      const isThere = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
      this.children.set(name, isThere ? new PackageNode(path, this) : undefined);
    }
    return this.children.get(name);
  }
}

/** What npm cannot read has no fields. */
function readManifestFile(directory: string): JsonObject {
  try {
    return parseJsonObject(readFileSync(join(directory, 'package.json'), 'utf8'), 'package.json');
  } catch {
    return {};
  }
}

function hasWorkspace(root: string, manifest: JsonObject): boolean {
  if (!Array.isArray(manifest.workspaces) && !isJsonObject(manifest.workspaces)) return false;
  const manifests = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split('/'))
    .filter((names) => names.at(-1) === 'package.json' && names.length > 1 && !names.includes('node_modules'));
  return manifests.some((names) => mayBeWorkspace(manifest, names.slice(0, -1).join('/')));
}

/** All files, but no hidden ones. */
function plainFilesBelow(root: string, directory: string): string[] {
  const path = join(root, directory);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((file) => file.slice(directory.length).split('/').every((name) => !name.startsWith('.')));
}
