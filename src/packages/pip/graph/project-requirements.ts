import { InvalidFileFormat, ValidationError } from '../../../errors/index.js';
import type { ProjectFiles } from '../metadata/project-files.js';
import { ProjectReader } from '../metadata/project-reader.js';
import { listOf, type SetupCfg } from '../metadata/setup-cfg.js';
import type { Pyproject } from '../metadata/pyproject.js';
import { type StatedLine, type StatedRequirement, statedRequirements } from './stated-requirement.js';

/**
 * What a package requires, as its `pyproject.toml` says (`[project]`, PEP 621), or its `setup.cfg` (`install_requires`);
 * nothing is run. Undefined when they leave it to code, or cannot be understood.
 */
export async function projectRequirements(
  files: ProjectFiles,
  signal: AbortSignal,
): Promise<StatedRequirement[] | undefined> {
  const reader = new ProjectReader(files, signal);
  const pyproject = await understood(reader.pyproject());
  const lines = pyprojectLines(pyproject?.dependencies) ?? setupCfgLines(await understood(reader.setupCfg()));
  return lines && statedRequirements(lines);
}

function pyprojectLines(dependencies: Pyproject['dependencies']): StatedLine[] | undefined {
  if (dependencies === undefined) return undefined;
  const optional = [...dependencies.optional].flatMap(([extra, texts]) => texts.map((text) => ({ text, extra })));
  return [...dependencies.required.map((text) => ({ text })), ...optional];
}

/** Without `install_requires` it may be `setup.py` that says it. */
function setupCfgLines({ installRequires, extrasRequire = new Map() }: SetupCfg = {}): StatedLine[] | undefined {
  const isElsewhere = [installRequires, ...extrasRequire.values()].some((value) => value?.startsWith('file:'));
  if (installRequires === undefined || isElsewhere) return undefined;
  const optional = [...extrasRequire].flatMap(([extra, list]) => listOf(list, ';').map((text) => ({ text, extra })));
  return [...listOf(installRequires, ';').map((text) => ({ text })), ...optional];
}

async function understood<Content>(content: Promise<Content | undefined>): Promise<Content | undefined> {
  try {
    return await content;
  } catch (error) {
    if (error instanceof InvalidFileFormat || error instanceof ValidationError) return undefined;
    throw error;
  }
}
