import { compareCodePoints } from '../dependencies/index.js';
import type { BuildRequirement } from '../packages/index.js';
import type { BuildRequirements } from './manifests.dto.js';

const HEADER = '# What source distributions need to be built and no requirements file names; who needs it:\n';

/** What is needed to build the archived source distributions, each of them once, and what to do about what is missing. */
export function buildRequirements(found: readonly BuildRequirement[]): BuildRequirements {
  const sorted = [...found].sort(
    (a, b) => compareCodePoints(a.name, b.name) || compareCodePoints(a.version, b.version),
  );
  const once = new Map(sorted.map((each) => [JSON.stringify([each.name, each.version]), each]));
  const packages = [...once.values()].map(({ name, version, backend, requires, missing }) => {
    return { name, version, backend, requires, missing };
  });
  return { packages, suggested_requirements_build: suggestion(packages) };
}

/**
 * Text for a `requirements-build.in`, to be pinned by a tool such as pip-compile; empty when nothing is missing. It
 * depends on nothing but the requirements.
 */
function suggestion(packages: readonly BuildRequirement[]): string {
  const needers = new Map<string, string[]>();
  for (const { name, version, missing } of packages) {
    for (const requirement of new Set(missing.filter(isSafeLine))) {
      const known = needers.get(requirement);
      if (known === undefined) needers.set(requirement, [`${name} ${version}`]);
      else known.push(`${name} ${version}`);
    }
  }
  if (needers.size === 0) return '';
  const sorted = [...needers].sort(([a], [b]) => compareCodePoints(a, b));
  const comments = sorted.map(([requirement, names]) => comment(`${requirement}: ${names.join(', ')}`));
  return [HEADER, ...comments, ...sorted.map(([requirement]) => `${requirement}\n`)].join('');
}

/**
 * The text comes from an archived file and goes into one that programs read: it must be one line that is a requirement,
 * no option (`-r`), no part of the next line, and must not ask pip for variables of the reader's environment (`${…}`).
 */
function isSafeLine(requirement: string): boolean {
  return /^[A-Za-z0-9]/.test(requirement) && !/[\p{Cc}\p{Zl}\p{Zp}]|\\$|\$\{/u.test(requirement);
}

function comment(text: string): string {
  return `#   ${text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}\n`;
}
