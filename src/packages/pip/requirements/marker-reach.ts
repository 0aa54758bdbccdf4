import { satisfies } from '../versions.js';
import { evaluateMarker } from './evaluate-marker.js';
import type { Expression } from './marker.js';

/** Pythons that builds of today use; what holds for older ones only holds for nobody. */
const PYTHONS = Array.from({ length: 9 }, (_, at) => `3.${7 + at}`);
/** Where hermetic builds run. */
const LINUX: Readonly<Record<string, string>> = { os_name: 'posix', platform_system: 'Linux', sys_platform: 'linux' };

const COMPARISON = /^(\w+) (===|==|~=|!=|<=|>=|<|>) ["']([^"']*)["']$/;

/** Whether a marker can hold on Linux with a Python of today (3.7 or newer); what it says of anything else may be so. */
export function canHold(marker: Expression): boolean {
  return PYTHONS.some((python) => evaluateMarker(marker, (comparison) => comparisonHolds(comparison, python)));
}

function comparisonHolds(text: string, python: string): boolean {
  const [, variable = '', operator = '', value = ''] = COMPARISON.exec(text) ?? [];
  if (variable === 'python_version') return satisfies(python, `${operator}${value}`);
  // Any of its patch releases.
  if (variable === 'python_full_version') {
    if (operator === '==') return satisfies(value, `==${python}.*`);
    return [`${python}.0`, `${python}.99`].some((version) => satisfies(version, `${operator}${value}`));
  }
  const here = Object.hasOwn(LINUX, variable) ? LINUX[variable] : undefined;
  if (here === undefined) return true;
  if (operator === '==') return here === value;
  return operator === '!=' ? here !== value : true;
}
