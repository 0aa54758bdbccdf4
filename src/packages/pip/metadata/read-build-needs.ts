import { InvalidFileFormat, ValidationError } from '../../../errors/index.js';
import type { ProjectFiles } from './project-files.js';
import { ProjectReader } from './project-reader.js';
import { listOf } from './setup-cfg.js';
import { strip } from './strip.js';

/** What has to be installed to build a package. */
export interface BuildNeeds {
  /** As `build-backend` names it (PEP 517); null when nothing does. */
  backend: string | null;
  /** Requirements as in PEP 508, as written, each once. */
  requires: string[];
}

/** The longest real lists have some dozens; what is found of every source distribution is kept for each request. */
const MAX_REQUIREMENTS = 200;
/** Characters. */
const MAX_LENGTH = 500;
/** What pip takes when nothing is said (PEP 518). */
const WITHOUT_BUILD_SYSTEM = ['setuptools'];

/**
 * What a package says that its build needs, without running anything: `[build-system]` of `pyproject.toml`, and
 * `setup_requires` of `setup.py` and `setup.cfg`. Files that cannot be understood say nothing.
 */
export async function readBuildNeeds(
  files: ProjectFiles,
  signal: AbortSignal = new AbortController().signal,
): Promise<BuildNeeds> {
  const reader = new ProjectReader(files, signal);
  const pyproject = await understood(reader.pyproject());
  const setupRequires = await understood(reader.setupRequires());
  const setupCfg = await understood(reader.setupCfg());
  const buildSystem = pyproject === 'unknown' ? { requires: [] } : pyproject?.buildSystem;
  const texts = [
    ...(buildSystem?.requires ?? WITHOUT_BUILD_SYSTEM),
    ...(setupRequires === 'unknown' ? [] : setupRequires).flatMap((text) => text.split('\n')),
    ...(setupCfg === 'unknown' ? [] : listOf(setupCfg?.setupRequires ?? '', ';')),
  ];
  const requires = [...new Set(texts.map(strip).filter(isRequirement))].slice(0, MAX_REQUIREMENTS);
  return { backend: buildSystem?.backend ?? null, requires };
}

/** It begins with a name. What does not (comments, options, paths) is nothing that could be asked for. */
function isRequirement(text: string): boolean {
  return text.length <= MAX_LENGTH && /^[A-Za-z0-9]/.test(text) && !/[\p{Cc}\u2028\u2029]/u.test(text);
}

async function understood<Content>(content: Promise<Content>): Promise<Content | 'unknown'> {
  try {
    return await content;
  } catch (error) {
    if (error instanceof InvalidFileFormat || error instanceof ValidationError) return 'unknown';
    throw error;
  }
}
