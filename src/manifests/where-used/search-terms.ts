import { PackageURL } from 'packageurl-js';
import { valid } from 'semver';
import { ValidationError } from '../../errors/index.js';
import { quote } from '../../http/index.js';
import { versionRange, type VersionTest } from './version-range.js';

/** What to look for: components by type, name and version, or what comes from an archived file. */
export type SearchTerms = ComponentTerms | { kind: 'file'; sha256: string };

export interface ComponentTerms {
  kind: 'components';
  types: readonly string[];
  name: string;
  /** Any spelling of the name will do that Python indexes take for the same. */
  isPythonName?: true;
  version: string | undefined;
  /** Only versions of which this is true; one without a version is not meant then. */
  inRange?: VersionTest;
}

/** The parameters that say what to look for. */
export interface SearchParameters {
  purl?: string;
  type?: string;
  name?: string;
  version?: string;
  range?: string;
  sha256?: string;
}

/** Types of our components for the types of package URLs. */
const PURL_TYPES: Readonly<Record<string, readonly string[]>> = {
  npm: ['npm', 'yarn'],
  pypi: ['pip'],
  golang: ['gomod', 'go-package'],
  gem: ['rubygems'],
};

/**
 * Throws `ValidationError` unless exactly one way to search is used, and for what is no range;
 * `CachitoNotImplementedError` for a type whose ranges are not supported yet.
 */
export function searchTerms(parameters: SearchParameters): SearchTerms {
  const { purl, type, name, version, range, sha256 } = parameters;
  const ways = [purl !== undefined, type !== undefined || name !== undefined, sha256 !== undefined];
  if (ways.filter(Boolean).length !== 1)
    throw new ValidationError('Search either by purl, or by type and name, or by sha256');
  if (type === undefined || name === undefined) {
    if (version !== undefined || range !== undefined)
      throw new ValidationError('version and range go with type and name only');
    if (sha256 !== undefined) return { kind: 'file', sha256 };
    if (purl !== undefined) return termsOfPurl(purl);
    throw new ValidationError('type and name must be given together');
  }
  const terms: ComponentTerms = { kind: 'components', types: [type], name, version };
  if (range === undefined) return terms;
  if (version !== undefined) throw new ValidationError('Give either version or range');
  return { ...terms, inRange: versionRange(type, range) };
}

function termsOfPurl(text: string): SearchTerms {
  const { type, name, version } = parsePurl(text);
  const types = Object.hasOwn(PURL_TYPES, type) ? PURL_TYPES[type] : undefined;
  if (types === undefined) {
    throw new ValidationError(
      `Package URLs of type ${quote(type)} cannot be searched for; use one of ` +
        `${Object.keys(PURL_TYPES).join(', ')}, or type and name`,
    );
  }
  if (type === 'golang' && version?.startsWith('v') && valid(version) === null) {
    throw new ValidationError(`${quote(version)} is not the version of a Go module, such as v1.4.0`);
  }
  const isPythonName = type === 'pypi' ? true : undefined;
  return { kind: 'components', types, name, isPythonName, version };
}

interface Parts {
  type: string;
  name: string;
  version: string | undefined;
}

/**
 * The parts of a package URL as they stand there. The class would write npm names in lower case, but there are old ones
 * with capitals; and of a Go version that is none it says so in a broken way.
 */
function parsePurl(text: string): Parts {
  try {
    const [type = '', namespace, name = '', version, ...rest] = PackageURL.parseString(text);
    new PackageURL(type, namespace, name, undefined, ...rest);
    return { type: type.toLowerCase(), name: namespace ? `${namespace}/${name}` : name, version };
  } catch {
    throw new ValidationError(`${quote(text)} is not a package URL, such as pkg:npm/kite@2.1.3`);
  }
}
