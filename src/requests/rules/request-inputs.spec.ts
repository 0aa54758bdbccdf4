import { describe, expect, it } from '@jest/globals';
import { AddressPolicy } from '../../download/index.js';
import { checkInputs, type RequestInputs } from './request-inputs.js';

const RULES = { defaultPackageManagers: [], enabledPackageManagers: [], mutuallyExclusivePackageManagers: [] };

function inputsFor(repo: string): RequestInputs {
  const nothing = { packageManagers: [], packages: {}, flags: [], replacements: [] };
  return { repo, ref: 'a'.repeat(40), labels: undefined, offline: false, refreshTags: false, ...nothing };
}

describe('checkInputs', () => {
  const policy = new AddressPolicy([], [{ host: '10.0.0.5', port: 3000 }, { host: '10.0.0.5', port: 22 }]);

  it.each(['http://10.0.0.5:3000/team/app', 'ssh://git@10.0.0.5/team/app', 'git@10.0.0.5:team/app'])(
    'takes a private address that is configured as an upstream: %s',
    (repo) => {
      expect(() => checkInputs(inputsFor(repo), RULES, policy)).not.toThrow();
    },
  );

  it.each(['http://10.0.0.5/team/app', 'https://10.0.0.5:3001/team/app', 'ssh://git@10.0.0.5:3001/x', 'http://10.0.0.6:3000/x'])(
    'refuses another port or address: %s',
    (repo) => {
      expect(() => checkInputs(inputsFor(repo), RULES, policy)).toThrow(/private or special network/);
    },
  );
});
