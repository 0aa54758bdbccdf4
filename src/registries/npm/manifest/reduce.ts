import { normaliseBin } from './bin.js';
import { defined, mapped, objectIn, propertyOf, textIn, textListIn, textsByNameIn } from './values.js';

/** Fields of a version's document, as clients of an npm registry read them. */
export type ManifestFields = Readonly<Record<string, unknown>>;

/** What a tarball has besides its `package.json`. */
export interface PackageFacts {
  hasGypFile: boolean;
  hasShrinkwrap: boolean;
  /** Commands that a directory of the package makes. */
  directoryBin: Record<string, string> | undefined;
}

/** What installing needs: the abbreviated form of a registry has these and no others. */
export const ABBREVIATED_FIELDS: ReadonlySet<string> = new Set([
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'bundleDependencies',
  'bin',
  'engines',
  'os',
  'cpu',
  'libc',
  'deprecated',
  'hasInstallScript',
  '_hasShrinkwrap',
]);

/** The object that a `package.json` holds; empty when it holds none. */
export function parsePackageJson(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return objectIn(JSON.parse((text ?? '').replace(/^\uFEFF/, ''))) ?? {};
  } catch {
    return {};
  }
}

/** Characters of a manifest with all fields, and of the fields that installing needs; real ones have some thousands. */
const MAX_MANIFEST = 128 * 1024;

/**
 * What a registry tells of a package, each field in the form that npm publishes; what has no such form is left out. Of
 * an enormous manifest only what installing needs is left, or nothing: a document holds those of many versions.
 */
export function reduceManifest(packageJson: Readonly<Record<string, unknown>>, facts: PackageFacts): ManifestFields {
  const all = allFields(packageJson, facts);
  if (JSON.stringify(all).length <= MAX_MANIFEST) return all;
  const needed = Object.fromEntries(Object.entries(all).filter(([name]) => ABBREVIATED_FIELDS.has(name)));
  return JSON.stringify(needed).length <= MAX_MANIFEST ? needed : {};
}

function allFields(packageJson: Readonly<Record<string, unknown>>, facts: PackageFacts): ManifestFields {
  const read = (name: string): unknown => propertyOf(packageJson, name);
  const scripts = scriptsOf(read('scripts'), facts.hasGypFile && read('gypfile') !== false);
  return defined({
    dependencies: textsByNameIn(read('dependencies')),
    optionalDependencies: textsByNameIn(read('optionalDependencies')),
    peerDependencies: textsByNameIn(read('peerDependencies')),
    peerDependenciesMeta: mapped(read('peerDependenciesMeta'), optionalIn),
    bundleDependencies: bundled(read('bundleDependencies') ?? read('bundledDependencies'), read('dependencies')),
    bin: normaliseBin(read('bin'), textIn(read('name'))) ?? facts.directoryBin,
    engines: textsByNameIn(read('engines')),
    os: textListIn(read('os')),
    cpu: textListIn(read('cpu')),
    libc: textListIn(read('libc')),
    deprecated: textIn(read('deprecated')),
    hasInstallScript: INSTALL_SCRIPTS.some((name) => Object.hasOwn(scripts ?? {}, name)) || undefined,
    _hasShrinkwrap: facts.hasShrinkwrap || undefined,

    devDependencies: textsByNameIn(read('devDependencies')),
    scripts,
    description: textIn(read('description')),
    license: describedIn(read('license')),
    homepage: textIn(read('homepage')),
    repository: describedIn(read('repository')),
    bugs: describedIn(read('bugs')),
    author: describedIn(read('author')),
    keywords: textListIn(read('keywords')),
    main: textIn(read('main')),
    type: textIn(read('type')),
  });
}

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

/** npm publishes the script that it would run for a `binding.gyp`; yarn finds out by it that node-gyp is needed. */
function scriptsOf(value: unknown, compiles: boolean): Record<string, string> | undefined {
  const scripts = textsByNameIn(value);
  if (!compiles || ['preinstall', 'install'].some((name) => Object.hasOwn(scripts ?? {}, name))) return scripts;
  return { ...scripts, install: 'node-gyp rebuild' };
}

/** `true` stands for all dependencies. */
function bundled(value: unknown, dependencies: unknown): string[] | undefined {
  if (value === true) return Object.keys(textsByNameIn(dependencies) ?? {});
  return Array.isArray(value) ? textListIn(value) : undefined;
}

function optionalIn(value: unknown): { optional: boolean } | undefined {
  const meta = objectIn(value);
  return meta && { optional: propertyOf(meta, 'optional') === true };
}

/** A text, or an object of texts: a licence, a repository, a person. */
function describedIn(value: unknown): string | Record<string, string> | undefined {
  return textIn(value) ?? textsByNameIn(value);
}
