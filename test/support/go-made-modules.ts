import { goSumLines } from './go-module-zip.js';

/**
 * A module that tests make up: lower-case path, files with `go.mod` among them. That of a `+incompatible` version is not
 * in its zip, as proxies have it.
 */
export interface MadeModule {
  path: string;
  version: string;
  files: Record<string, string>;
}

/** A module with packages: path in the module → import paths. `requires` are `path version`. */
export function madeModule(
  path: string,
  version: string,
  { packages = { '.': [] }, requires = [] }: { packages?: Record<string, string[]>; requires?: string[] } = {},
): MadeModule {
  const files = { 'go.mod': goMod(path, { requires, go: '1.20' }) };
  for (const [directory, imports] of Object.entries(packages)) {
    const place = directory === '.' ? path : directory;
    const file = directory === '.' ? 'code.go' : `${directory}/code.go`;
    Object.assign(files, { [file]: goCode(place.replace(/.*\//, ''), imports) });
  }
  return { path, version, files };
}

/** Text of a go.mod; `requires` are `path version`, `lines` whole lines. */
export function goMod(
  module: string,
  { requires = [], go = '1.21', lines = [] }: { requires?: string[]; go?: string; lines?: string[] } = {},
): string {
  return [`module ${module}`, `go ${go}`, ...requires.map((each) => `require ${each}`), ...lines].join('\n\n').concat('\n');
}

/** A file of a package that imports others. */
export function goCode(name: string, imports: readonly string[] = []): string {
  const main = name === 'main' ? '\nfunc main() {}\n' : '';
  return `package ${name}\n${imports.map((path) => `\nimport _ "${path}"\n`).join('')}${main}`;
}

/** Text of a go.sum for these modules. */
export function goSum(...modules: readonly MadeModule[]): string {
  return modules.map((module) => goSumLines(module.path, module.version, zipped(module), module.files['go.mod'])).join('');
}

/** The files that the zip of a module holds. */
export function zipped({ version, files }: MadeModule): Record<string, string> {
  if (!version.endsWith('+incompatible')) return files;
  return Object.fromEntries(Object.entries(files).filter(([path]) => path !== 'go.mod'));
}
