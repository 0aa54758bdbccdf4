import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PackageURL } from 'packageurl-js';
import { CachitoNotImplementedError } from '../../errors/index.js';
import { PackageUrls } from './package-urls.js';

function purlOf(type: string, name: string, version: string | null): string {
  const parent = { type, name: 'own', version: '1', dependencies: [] };
  const urls = new PackageUrls({ repo: 'https://h/x', ref: '1', packages: [parent] });
  return urls.ofDependency(parent, { type, name, version }) ?? '';
}

const HOSTILE = [...'%?#@ /\\:+&=*\'"<>.-_~\0\n\t\x7f\u00a0\u2028', '%2F', '%00', '..', 'ä', '𝄞', '\ud800', '\udc00'];
const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
const text = fc.array(fc.oneof(fc.constantFrom(...HOSTILE), codeUnit), { minLength: 1, maxLength: 20 }).map((all) => all.join(''));
/** A part of a name; packageurl-js leaves out white space around names, whether it is encoded or not. */
const part = text.map((each) => each.replaceAll('/', '').trim()).filter((each) => each !== '');
/** Registries have such versions. */
const version = fc.constantFrom('1.0.0', '1.0.0-rc.1', '1.0.0-rc.1+build.5', null);

/** The characters that an UTF-8 text has instead of lone surrogates. */
const wellFormed = (name: string): string => Buffer.from(name).toString();
const fullName = ({ namespace, name }: PackageURL): string => (namespace ? `${namespace}/${name}` : name);

describe('package URLs of hostile names are read by packageurl-js as what they were', () => {
  it.each(['npm', 'yarn'])('%s', (type) => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), version, (parts, each) => {
        const name = parts.join('/');
        const purl = PackageURL.fromString(purlOf(type, name, each));
        // It takes the names of npm for lower-case ones, which those of old packages are not.
        expect([purl.type, fullName(purl)]).toEqual(['npm', wellFormed(name).toLowerCase()]);
        expect([purl.version ?? null, purl.qualifiers, purl.subpath]).toEqual([each, undefined, undefined]);
      }),
    );
  });

  it.each(['gomod', 'go-package'])('%s', (type) => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), version, (parts, each) => {
        const name = parts.join('/');
        const shown = each === null ? null : `v${each}`;
        const purl = PackageURL.fromString(purlOf(type, name, shown));
        expect([purl.type, purl.namespace, purl.name]).toEqual(['golang', undefined, wellFormed(name)]);
        expect([purl.version ?? null, purl.qualifiers, purl.subpath]).toEqual([shown, undefined, undefined]);
      }),
    );
  });

  it('pip, whose names are normalized', () => {
    fc.assert(
      fc.property(text, version, (name, each) => {
        const purl = PackageURL.fromString(purlOf('pip', name, each));
        expect([purl.type, purl.namespace]).toEqual(['pypi', undefined]);
        expect(purl.name).toBe(name.toLowerCase().replace(/[^a-z0-9.]+/g, '-'));
        expect([purl.version ?? null, purl.qualifiers, purl.subpath]).toEqual([each, undefined, undefined]);
      }),
    );
  });

  it('rubygems, of the names that are possible (compat: others are not encoded)', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,30}$/), version, (name, each) => {
        const purl = PackageURL.fromString(purlOf('rubygems', name, each));
        expect([purl.type, purl.namespace, purl.name, purl.version ?? null]).toEqual(['gem', undefined, name, each]);
      }),
    );
  });
});

describe('what is not read as it was, because clients compare whole texts', () => {
  it.each<[string, string, string, [name: string, version?: string, subpath?: string] | 'unreadable']>([
    ['npm', 'x', '1#2', ['x', '1', '2']],
    ['npm', 'x', '1?a=2', ['x', '1']],
    ['npm', 'x', '1@2', ['x@1', '2']],
    ['npm', 'x', '1%202', ['x', '1 2']],
    ['npm', 'x', '1%', 'unreadable'],
    ['npm', 'x', '1\n2', ['x', '12']],
    ['npm', 'x', '1/2', ['x', '1/2']],
    ['npm', 'x', 'ä', ['x', 'ä']],
    ['pip', 'x', '1#2', ['x', '1', '2']],
    ['rubygems', 'x#y', '1', ['x', undefined, 'y@1']],
    ['rubygems', 'x%', '1', 'unreadable'],
  ])('%s %s %j', (type, name, each, expected) => {
    const purl = purlOf(type, name, each);
    const readAs = (): unknown => {
      const { name, version, subpath } = PackageURL.fromString(purl);
      return [name, version ?? undefined, subpath ?? undefined];
    };
    if (expected === 'unreadable') expect(readAs).toThrow();
    else expect(readAs()).toEqual([expected[0], expected[1], expected[2]]);
  });
});

describe('any dependency', () => {
  const TYPES = ['gomod', 'go-package', 'npm', 'yarn', 'pip', 'rubygems', 'git-submodule'];
  const PREFIXES = ['', '.', './', '../', 'file:', 'github:', 'git+', 'git+https://', 'https://', 'git+ssh://git@github.com/'];
  const odd = fc.tuple(fc.constantFrom(...PREFIXES), text, fc.constantFrom('', '#1', '@1', '#cachito_hash=sha256:0a'));

  const purlOrRefusal = (type: string, name: string, each: string): string => {
    try {
      return purlOf(type, name, each);
    } catch (error) {
      if (error instanceof CachitoNotImplementedError) return `pkg:not/${error.message}`;
      throw error;
    }
  };

  it('has a package URL or is not implemented', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), text, odd, (type, name, parts) => {
        expect(purlOrRefusal(type, name, parts.join(''))).toMatch(/^pkg:[^/]+\/[^]+/);
      }),
      { numRuns: 2000 },
    );
  });

  it('shows no password', () => {
    const schemes = ['git+https', 'git+http', 'git', 'https', 'http', 'ftp', 'git+ssh', 'hg'];
    fc.assert(
      fc.property(fc.constantFrom('npm', 'pip'), fc.constantFrom(...schemes), odd, (type, scheme, parts) => {
        expect(purlOrRefusal(type, 'x', `${scheme}://user:hunter2@h${parts.join('')}`)).not.toContain('hunter2');
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, string, string]>([
    ['npm', 'a forge without ref', `x:${'a/'.repeat(5e5)}`],
    ['npm', 'slashes', `x:${'/'.repeat(1e6)}`],
    ['npm', 'a name without end', `x:b/${'a'.repeat(1e6)}`],
    ['npm', 'users', `git+https://${'a@'.repeat(5e5)}`],
    ['npm', 'query marks', `file:${'?#'.repeat(5e5)}`],
    ['pip', 'slashes', `git+https://github.com/${'/'.repeat(1e6)}a@1`],
    ['pip', 'versions', `git+${'@'.repeat(1e6)}`],
    ['pip', 'letters that may be a scheme', 'a'.repeat(1e6)],
    ['pip', 'parameters', `https://h/x#${'a=b&'.repeat(2e5)}cachito_hash=sha256:0a`],
    ['pip', 'a deep path', `./${'a/../'.repeat(2e5)}`],
    ['rubygems', 'dots', './'.repeat(5e5)],
    ['git-submodule', 'hashes', '#'.repeat(1e6)],
  ])('takes no longer than it is long: %s, %s', (type, _, each) => {
    try {
      expect(purlOf(type, 'x', each)).toMatch(/^pkg:/);
    } catch (error) {
      expect(error).toBeInstanceOf(CachitoNotImplementedError);
    }
  });
});
