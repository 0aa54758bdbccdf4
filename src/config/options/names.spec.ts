import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { OPTION_NAMES, type OptionName } from './names.js';

describe('docs/configuration.md', () => {
  it('has exactly one row for each name that the service knows, with its standing', async () => {
    const text = await readFile(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
    const rows = text.split('\n').flatMap((line) => {
      const cells = line.split('|').map((cell) => cell.trim());
      const name = /^`([A-Z][A-Z0-9_]+)`$/.exec(cells[1] ?? '')?.[1];
      return name === undefined ? [] : [`${name}: ${standingOf(cells[2] ?? '')}`];
    });
    expect(rows.sort()).toEqual(OPTION_NAMES.map((row) => `${row.name}: ${written(row)}`).sort());
  });
});

/** Used options show their default instead. */
function standingOf(cell: string): string {
  return /^(alias of `\w+`|ignored)/.exec(cell)?.[1] ?? 'used';
}

function written(row: OptionName): string {
  return row.standing === 'alias' ? `alias of \`${row.of}\`` : row.standing;
}
