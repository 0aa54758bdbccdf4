import { InvalidFileFormat } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import { option, parseConfig } from './config-parser.js';
import { strip } from './strip.js';

/** What a `setup.cfg` says of its package; values as written. */
export interface SetupCfg {
  name?: string;
  /** May begin with `file:` or `attr:`. */
  version?: string;
  packageDir?: string;
  setupRequires?: string;
  /** May begin with `file:`. */
  installRequires?: string;
  /** Extra, in lower case → what it requires. */
  extrasRequire?: ReadonlyMap<string, string>;
  license?: string;
  /** May begin with `file:`. */
  classifiers?: string;
}

/** Throws `InvalidFileFormat` when Python's `ConfigParser` would not take it. */
export function readSetupCfg(file: { file: string; text: string }): SetupCfg {
  const sections = parseConfig(file);
  return {
    name: option(sections, 'metadata', 'name'),
    version: option(sections, 'metadata', 'version'),
    packageDir: option(sections, 'options', 'package_dir'),
    setupRequires: option(sections, 'options', 'setup_requires'),
    installRequires: option(sections, 'options', 'install_requires'),
    extrasRequire: sections.get('options.extras_require'),
    license: option(sections, 'metadata', 'license') ?? option(sections, 'metadata', 'licence'),
    classifiers: option(sections, 'metadata', 'classifiers'),
  };
}

/** Directories of packages, package → directory, of `pkg = dir` on lines, or with commas in between. */
export function packageDirectories(value: string): Map<string, string> {
  const directories = new Map<string, string>();
  for (const entry of listOf(value, ',')) {
    const at = entry.indexOf('=');
    if (at === -1) {
      throw new InvalidFileFormat(`"setup.cfg" cannot be read: ${quote(entry)} in package_dir has no "=".`);
    }
    directories.set(strip(entry.slice(0, at)), strip(entry.slice(at + 1)));
  }
  return directories;
}

/** The entries of a list as setuptools reads them: on lines, or if there is only one line, parted by `separator`. */
export function listOf(value: string, separator: string): string[] {
  return value
    .split(value.includes('\n') ? '\n' : separator)
    .map(strip)
    .filter((entry) => entry !== '');
}
