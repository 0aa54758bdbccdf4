import { posix } from 'node:path';
import type { CataloguedDependency, CataloguedPackage, ComponentKey } from '../../dependencies/index.js';
import { CachitoNotImplementedError } from '../../errors/index.js';
import { repoName } from '../../source/index.js';
import { GoModules, isLocalVersion, joinLocal, pathBelow } from './go-modules.js';
import type { ManifestRequest } from '../manifest-request.js';
import { percentEncode, percentEncodePath } from './percent-encoding.js';
import { vcsPurl, withoutCredentials } from './vcs-purl.js';

/**
 * The purls of one request's packages and dependencies. The encodings differ from the purl specification
 * (https://github.com/package-url/purl-spec) here and there, and stay so: clients compare whole strings.
 */
export class PackageUrls {
  readonly goModules: GoModules;

  constructor(private readonly request: ManifestRequest) {
    this.goModules = new GoModules(request.packages);
  }

  /** Of a package of the source itself; undefined for a type that has none. */
  ofPackage(component: CataloguedPackage): string | undefined {
    const { type, name, version } = component;
    switch (type) {
      case 'gomod':
      case 'go-package':
        return goPurl(name, version);
      case 'npm':
      case 'yarn':
      case 'pip':
      case 'rubygems':
        return vcsPurl(name, this.request.repo, this.request.ref) + subpath(component.path ?? '.');
      case 'git-submodule':
        return submodulePurl(name, version ?? '');
      default:
        return undefined;
    }
  }

  /**
   * Of a dependency of a package; undefined for a type that has none. Throws `CachitoNotImplementedError` for
   * one that cannot have a purl.
   */
  ofDependency(parent: CataloguedPackage, dependency: CataloguedDependency): string | undefined {
    switch (dependency.type) {
      case 'gomod':
        return this.goModule(parent, dependency);
      case 'go-package':
        return this.goPackage(parent, dependency);
      case 'npm':
      case 'yarn':
        return npmPurl(dependency);
      case 'pip':
        return isLocalPath(dependency.version) ? this.inRepository(parent, dependency.version) : pipPurl(dependency);
      case 'rubygems':
        return this.rubyGem(parent, dependency);
      case 'git-submodule':
        return submodulePurl(dependency.name, dependency.version ?? '');
      default:
        return undefined;
    }
  }

  /** The version that documents show: of a local Go package inside a module of the request, that module's. */
  shownVersion(dependency: CataloguedDependency): string | null {
    if (dependency.type !== 'go-package' || !isLocalVersion(dependency.version)) return dependency.version;
    return this.goModules.parentOf(dependency.name)?.version ?? dependency.version;
  }

  private goModule(parent: CataloguedPackage, { name, version }: CataloguedDependency): string {
    if (!isLocalVersion(version)) return goPurl(name, version);
    const own = this.goModules.parentOf(name);
    const target = own ? name : joinLocal(parent.name, version);
    return this.inModule(target, parent, name);
  }

  private goPackage(parent: CataloguedPackage, { name, version }: CataloguedDependency): string {
    if (!isLocalVersion(version)) return goPurl(name, version);
    const own = this.goModules.parentOf(name);
    if (own) return goPurl(name, own.version);
    const module = this.goModules.parentOf(parent.name);
    if (!module) throw withoutParent(parent, name);
    return this.inModule(joinLocal(module.name, version), parent, name);
  }

  private inModule(target: string, parent: CataloguedPackage, dependencyName: string): string {
    const module = this.goModules.parentOf(target);
    if (!module) throw withoutParent(parent, dependencyName);
    const rest = pathBelow(module, target);
    return goPurl(module.name, module.version) + (rest === '' ? '' : `#${rest}`);
  }

  private rubyGem(parent: CataloguedPackage, { name, version }: CataloguedDependency): string {
    if (version?.startsWith('git+')) return gitPurl(name, version);
    return isLocalPath(version) ? this.inRepository(parent, version) : withVersion(`pkg:gem/${name}`, version);
  }

  /** A directory or file of the repository itself; `path` is relative to the package. */
  private inRepository(parent: CataloguedPackage, path: string): string {
    const normal = posix.normalize(`${parent.path ?? '.'}/${path}`).replace(/\/$/, '');
    const repository = repoName(this.request.repo).split('/').pop() ?? '';
    return vcsPurl(repository, this.request.repo, this.request.ref) + subpath(normal);
  }
}

/** Of gems and Python packages that lie in the repository, a path stands for the version. */
function isLocalPath(version: string | null): version is string {
  return version !== null && /^\.{1,2}(?:\/|$)/.test(version);
}

function goPurl(name: string, version: string | null): string {
  return withVersion(`pkg:golang/${percentEncode(name)}`, version);
}

function submodulePurl(name: string, version: string): string {
  const hash = version.lastIndexOf('#');
  return vcsPurl(name, version.slice(0, Math.max(hash, 0)), version.slice(hash + 1));
}

function npmPurl({ type, name, version }: ComponentKey): string {
  const encoded = percentEncodePath(name);
  if (version === null || !version.includes(':')) return withVersion(`pkg:npm/${encoded}`, version);
  const scheme = version.slice(0, version.indexOf(':'));
  const rest = version.slice(scheme.length + 1);
  switch (scheme) {
    case 'file':
      return `pkg:generic/${encoded}?file=${percentEncode(rest.replace(/[?#].*$/s, ''))}`;
    case 'git':
    case 'git+http':
    case 'git+https':
    case 'git+ssh':
      if (!rest.startsWith('//')) break;
      return `pkg:generic/${encoded}?vcs_url=${percentEncode(withoutCredentials(version))}`;
    case 'http':
    case 'https':
      if (!rest.startsWith('//')) break;
      return `pkg:generic/${encoded}?download_url=${percentEncode(withoutCredentials(version))}`;
    default: {
      const forge = /^([^#]+)\/([^/#]+)#(.+)$/.exec(rest);
      if (forge === null || rest.startsWith('//')) break;
      return `pkg:${scheme}/${forge[1]}/${forge[2]}@${forge[3]}`;
    }
  }
  throw new CachitoNotImplementedError(
    `No package URL is known for the ${type} package ${name} with version ${withoutCredentials(version)}.`,
  );
}

function pipPurl({ name, version }: ComponentKey): string {
  const encoded = name.toLowerCase().replace(/[^A-Za-z0-9.]+/g, '-');
  if (version === null || !/^[a-z][a-z0-9+.-]*:/i.test(version)) return withVersion(`pkg:pypi/${encoded}`, version);
  if (version.startsWith('git+')) return gitPurl(name, version);
  const address = withoutCredentials(version);
  const fragment = address.includes('#') ? address.slice(address.indexOf('#') + 1) : '';
  const checksum = new URLSearchParams(fragment).get('cachito_hash');
  if (checksum === null || checksum === '') {
    throw new CachitoNotImplementedError(
      `No package URL can be made for the pip package ${name}: ${address} carries no cachito_hash.`,
    );
  }
  return `pkg:generic/${encoded}?download_url=${percentEncode(address)}&checksum=${checksum}`;
}

/** `git+<url>@<ref>`, query and fragment dropped; credentials too, before their `@` is taken for that of a ref. */
function gitPurl(name: string, version: string): string {
  const plain = withoutCredentials(version.slice('git+'.length).replace(/[?#].*$/s, ''));
  const at = plain.lastIndexOf('@');
  return vcsPurl(name, at < 0 ? plain : plain.slice(0, at), at < 0 ? '' : plain.slice(at + 1));
}

function withVersion(purl: string, version: string | null): string {
  return version === null || version === '' ? purl : `${purl}@${version}`;
}

function subpath(path: string): string {
  return path === '.' || path === '' ? '' : `#${path}`;
}

function withoutParent(parent: ComponentKey, dependencyName: string): CachitoNotImplementedError {
  return new CachitoNotImplementedError(
    `No package URL can be made for ${dependencyName}, a local dependency of ${parent.name}: no Go module of ` +
      'this request holds it.',
  );
}
