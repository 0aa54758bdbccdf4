import { describe, expect, it } from '@jest/globals';
import type { PackageManagerName } from '../config/index.js';
import { missingAbilities } from './worker-abilities.js';

type Names = PackageManagerName[];
const live = (packageManagers?: Names) => ({ ok: true, packageManagers });
const dead = (packageManagers?: Names) => ({ ok: false, packageManagers });

describe('missingAbilities', () => {
  it.each<[string, { ok: boolean; packageManagers?: Names }[], Names, Names]>([
    ['no worker', [], ['gomod'], ['gomod']],
    ['an able one', [live(['npm']), live(['gomod', 'pip'])], ['gomod'], []],
    ['an able one for all', [live(['npm', 'gomod', 'pip'])], ['gomod', 'npm'], []],
    ['an able one that is dead', [live(['npm']), dead(['gomod'])], ['gomod'], ['gomod']],
    ['some that can do a part', [live(['npm'])], ['gomod', 'npm', 'pip'], ['gomod', 'pip']],
    ['two that can do a half each', [live(['npm']), live(['gomod'])], ['gomod', 'npm'], ['gomod', 'npm']],
    ['one that does not tell', [live()], ['gomod', 'npm'], []],
    ['a source alone', [live([])], [], []],
    ['a source alone without a worker', [dead([])], [], []],
  ])('with %s', (_, workers, needed, missing) => {
    expect(missingAbilities(workers, needed)).toEqual(missing);
  });
});
