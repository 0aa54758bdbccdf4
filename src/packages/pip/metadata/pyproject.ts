import { parse, TomlError } from 'smol-toml';
import { InvalidFileFormat } from '../../../errors/index.js';
import { quote } from '../../quote.js';

/** What a `pyproject.toml` says of its package. */
export interface Pyproject {
  /** `[project]`, else `[tool.poetry]`. */
  name?: string;
  /** `[project]`. */
  version?: string;
  /** `[tool.setuptools.dynamic] version`, when `[project]` says that the version is dynamic. */
  dynamicVersion?: { attr: string } | { files: string[] };
  /** `[tool.poetry]`. */
  poetryVersion?: string;
  /** `[tool.setuptools] package-dir`: package → directory. */
  packageDirectories: ReadonlyMap<string, string>;
  /** Where `[tool.setuptools.packages.find]` looks. */
  where: readonly string[];
  /** `[build-system]`, if there is such a table. */
  buildSystem?: { requires: string[]; backend?: string };
  /** `[project]`, if there is such a table and none of it is dynamic: what is required, and by extra (PEP 508). */
  dependencies?: { required: string[]; optional: ReadonlyMap<string, string[]> };
  /** `[project]` (a text, or a table with one), else `[tool.poetry]`: an SPDX licence expression or anything. */
  license?: string;
  /** Of `[project]` and `[tool.poetry]`. */
  classifiers: readonly string[];
}

/**
 * Reads a `pyproject.toml` (PEP 518, 621). What has another type than it should is left out. Throws `InvalidFileFormat`
 * when it is not TOML.
 */
export function readPyproject({ file, text }: { file: string; text: string }): Pyproject {
  const document = parseToml(file, text);
  const project = table(document, 'project');
  const poetry = table(document, 'tool', 'poetry');
  const isDynamic = texts(project.get('dynamic')).includes('version');
  return {
    name: filled(project.get('name')) ?? filled(poetry.get('name')),
    version: filled(project.get('version')),
    dynamicVersion: isDynamic ? versionSource(table(document, 'tool', 'setuptools', 'dynamic', 'version')) : undefined,
    poetryVersion: filled(poetry.get('version')),
    packageDirectories: textEntries(table(document, 'tool', 'setuptools', 'package-dir')),
    where: texts(table(document, 'tool', 'setuptools', 'packages', 'find').get('where')),
    buildSystem: buildSystem(document),
    dependencies: dependencies(project),
    license:
      filled(project.get('license')) ??
      filled(table(document, 'project', 'license').get('text')) ??
      filled(poetry.get('license')),
    classifiers: [...texts(project.get('classifiers')), ...texts(poetry.get('classifiers'))],
  };
}

function parseToml(file: string, text: string): unknown {
  try {
    return parse(text, { integersAsBigInt: 'asNeeded' });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new InvalidFileFormat(`${quote(file)} is not valid TOML: see line ${error.line}.`);
  }
}

function versionSource(version: ReadonlyMap<string, unknown>): Pyproject['dynamicVersion'] {
  const attr = version.get('attr');
  if (typeof attr === 'string') return { attr };
  const file = version.get('file');
  const files = typeof file === 'string' ? [file] : texts(file);
  return files.length === 0 ? undefined : { files };
}

function buildSystem(document: unknown): Pyproject['buildSystem'] {
  if (!isTable(document) || !isTable(new Map(Object.entries(document)).get('build-system'))) return undefined;
  const values = table(document, 'build-system');
  return { requires: texts(values.get('requires')), backend: filled(values.get('build-backend')) };
}

/** Left out, there are none, unless the build tells them (PEP 621). What has another type says nothing. */
function dependencies(project: ReadonlyMap<string, unknown>): Pyproject['dependencies'] {
  const dynamic = texts(project.get('dynamic'));
  if (!project.has('name') || dynamic.includes('dependencies') || dynamic.includes('optional-dependencies')) return undefined;
  const [required, optional] = [project.get('dependencies') ?? [], project.get('optional-dependencies') ?? {}];
  if (!isTable(optional) || ![required, ...Object.values(optional)].every(isListOfTexts)) return undefined;
  return {
    required: texts(required),
    optional: new Map(Object.entries(optional).map(([extra, list]) => [extra, texts(list)])),
  };
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** The table at a place, empty when there is none. As a map, since names may be any text. */
function table(document: unknown, ...path: string[]): ReadonlyMap<string, unknown> {
  const values = new Map(isTable(document) ? Object.entries(document) : []);
  const [name, ...rest] = path;
  return name === undefined ? values : table(values.get(name), ...rest);
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function textEntries(values: ReadonlyMap<string, unknown>): Map<string, string> {
  return new Map([...values].flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])));
}

function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
