import { describe, expect, it } from '@jest/globals';
import { InvalidRepoStructure } from '../../errors/index.js';
import { checkFileDependencies } from './file-dependencies.js';

function check(
  name: string,
  source: string,
  options: { directory?: string; allowed?: string[]; workspaces?: string[] } = {},
): () => void {
  const content = {
    name: 'dash',
    workspaces: options.workspaces ?? [],
    dependencies: [{ kind: 'file' as const, name, version: `file:${source}`, source, dev: false }],
  };
  return () =>
    checkFileDependencies(content, options.directory ?? '.', { dash: options.allowed ?? [], other: ['cloudy'] });
}

describe('checkFileDependencies', () => {
  it.each([
    ['cloudy', 'libs/cloudy', { workspaces: ['libs/*'] }],
    ['cloudy', './libs//cloudy/', { workspaces: ['./libs/cloudy/'] }],
    ['cloudy', 'libs/cloudy', { allowed: ['cloudy'] }],
    ['cloudy', '../cloudy', { directory: 'web', allowed: ['cloudy'] }],
    ['cloudy', '../../cloudy', { directory: 'web/ui', allowed: ['cloudy'] }],
    ['cloudy', 'libs/cloudy.tgz', { allowed: ['cloudy'] }],
    ['cloudy', 'libs/100%', { allowed: ['cloudy'] }],
  ])('allows %s at %s with %j', (name, source, options) => expect(check(name, source, options)).not.toThrow());

  it.each([
    ['cloudy', 'libs/cloudy', {}],
    ['cloudy', 'libs/cloudy', { workspaces: ['apps/*'] }],
    ['cloudy', 'libs/cloudy', { workspaces: ['libs/*', '!libs/cloudy'] }],
    ['cloudy', 'libs/cloudy', { allowed: ['rainy'] }],
    ['toString', 'libs/cloudy', { allowed: [] }],
    ['cloudy', '../cloudy', { allowed: ['cloudy'] }],
    ['cloudy', '../cloudy', { workspaces: ['../*'] }],
    ['cloudy', '../../../cloudy', { directory: 'web/ui', allowed: ['cloudy'] }],
    ['cloudy', 'libs/../../cloudy', { allowed: ['cloudy'] }],
    ['cloudy', '/etc', { allowed: ['cloudy'] }],
    ['cloudy', '//host/share', { allowed: ['cloudy'] }],
    ['cloudy', '~/secrets', { allowed: ['cloudy'] }],
    ['cloudy', '%2e%2e/x', { allowed: ['cloudy'] }],
    ['cloudy', '%2fetc', { allowed: ['cloudy'] }],
    ['cloudy', 'a%5c..%5c..', { allowed: ['cloudy'] }],
  ])('refuses %s at %s with %j, naming it', (name, source, options) => {
    expect(check(name, source, options)).toThrow(InvalidRepoStructure);
    expect(check(name, source, options)).toThrow(`${name}@file:${source}`);
  });

  it('asks for the main package by its own name only', () => {
    const content = {
      name: 'constructor',
      workspaces: [],
      dependencies: [{ kind: 'file' as const, name: 'x', version: 'file:x', source: 'x', dev: false }],
    };
    expect(() => checkFileDependencies(content, '.', {})).toThrow(InvalidRepoStructure);
  });
});
