import { dirname, resolve } from 'node:path';
import { WrongValue } from '../options/option.js';
import { besideSimple } from './beside-simple.js';
import { bearer, gitToken, pipToken, readAccess, type TokenScheme } from './entry-access.js';
import { baseAddress, Fields, oneOf, quoted, textList } from './fields.js';
import { PUBLIC_REGISTRIES } from './public-registries.js';
import { readSmallFile } from './small-files.js';
import {
  type GitUpstream,
  PUBLIC_UPSTREAMS,
  type RegistryUpstream,
  type UpstreamAccess,
  type Upstreams,
} from './upstreams.js';
import { parseYaml, YamlProblem } from './yaml-text.js';

const MAX_SIZE = 64 * 1024;

interface Ecosystem {
  token: TokenScheme;
  scope: RegExp;
  scopeForm: string;
}

const REGISTRIES: Readonly<Record<'npm' | 'gomod' | 'pip', Ecosystem>> = {
  npm: { token: bearer, scope: /^@[A-Za-z0-9~_-][A-Za-z0-9._~-]{0,212}$/, scopeForm: 'scopes like "@acme"' },
  gomod: {
    token: bearer,
    scope: /^[A-Za-z0-9][A-Za-z0-9._~/-]{0,254}$/,
    scopeForm: 'module prefixes like "acme.dev/go"',
  },
  pip: { token: pipToken, scope: /^[A-Za-z0-9*][A-Za-z0-9._*-]{0,254}$/, scopeForm: 'name patterns like "acme-*"' },
};

/**
 * Reads the upstreams file and the secret files that it names. `problems` are sentences with their place in the file
 * and without any secret; with one, `upstreams` is of no use.
 */
export function readUpstreams(file: string): { upstreams: Upstreams; problems: string[] } {
  const reader = new UpstreamsReader(dirname(resolve(file)));
  try {
    const upstreams = reader.read(parseYaml(readSmallFile(resolve(file), MAX_SIZE)));
    return { upstreams, problems: reader.problems };
  } catch (error) {
    if (error instanceof WrongValue || error instanceof YamlProblem)
      return { upstreams: PUBLIC_UPSTREAMS, problems: [error.message] };
    throw error;
  }
}

class UpstreamsReader {
  readonly problems: string[] = [];
  private readonly access: (UpstreamAccess & { place: string })[] = [];

  constructor(private readonly directory: string) {}

  read(document: unknown): Upstreams {
    if (!(document instanceof Map)) throw new WrongValue('must hold a map with the keys npm, gomod, pip, git');
    for (const key of document.keys()) {
      if (!['npm', 'gomod', 'pip', 'git'].includes(key))
        this.problems.push(`unknown key ${quoted(key)}; there are npm, gomod, pip, git`);
    }
    const registries = (name: keyof typeof REGISTRIES): readonly RegistryUpstream[] =>
      document.has(name) ? this.registries(name, document.get(name)) : PUBLIC_UPSTREAMS[name];
    const found = {
      npm: registries('npm'),
      gomod: registries('gomod'),
      pip: registries('pip'),
      git: document.has('git') ? this.gitUpstreams(document.get('git')) : PUBLIC_UPSTREAMS.git,
    };
    const access = this.access.map(({ url, authorization, ca }) => ({ url, authorization, ca }));
    return { ...found, access: [...access, ...besideSimple(found.pip, access)] };
  }

  private registries(name: keyof typeof REGISTRIES, value: unknown): RegistryUpstream[] {
    const found = this.entries(name, value, (fields, place) => this.registry(name, fields, place));
    this.refuseTwins(name, 'url', found.map((entry) => entry?.url));
    return found.filter((entry) => entry !== undefined);
  }

  private registry(name: keyof typeof REGISTRIES, fields: Fields, place: string): RegistryUpstream | undefined {
    const { token, scope, scopeForm } = REGISTRIES[name];
    const publicUrl = PUBLIC_REGISTRIES[name];
    const address = baseAddress('https', 'http');
    const url = fields.required('url', (value) => (value === 'public' ? publicUrl : address(value)));
    const scopes = fields.get('scopes', (value) => {
      const list = textList(value);
      if (list.every((item) => scope.test(item))) return list;
      throw new WrongValue(`must be a list of ${scopeForm}`);
    });
    const fallback = fields.get('fallback', oneOf('never', 'next')) ?? (fields.has('scopes') ? 'never' : 'next');
    const access = readAccess(fields, place, url, this.directory, token);
    if (url === undefined) return undefined;
    this.remember({ ...access, url, place });
    return { url, public: url === publicUrl, scopes: scopes ?? [], fallback };
  }

  private gitUpstreams(value: unknown): GitUpstream[] {
    const found = this.entries('git', value, (fields, place) => this.gitUpstream(fields, place));
    this.refuseTwins('git', 'prefix', found.map((entry) => entry?.prefix));
    return found.filter((entry) => entry !== undefined);
  }

  private gitUpstream(fields: Fields, place: string): GitUpstream | undefined {
    const address = baseAddress('https', 'http', 'ssh');
    const prefix = fields.required('prefix', address);
    const mirror = fields.get('mirror', address);
    const from = fields.has('mirror') ? mirror : prefix;
    const access = readAccess(fields, place, from, this.directory, gitToken);
    if (prefix === undefined || from === undefined) return undefined;
    this.remember({ ...access, url: from, place });
    return { prefix, mirror };
  }

  /** Undefined where an entry is wrong, so that numbers stay. */
  private entries<Entry>(
    name: string,
    value: unknown,
    read: (fields: Fields, place: string) => Entry | undefined,
  ): (Entry | undefined)[] {
    if (!Array.isArray(value) || value.length === 0) {
      this.problems.push(`${name} must be a list of at least one entry; leave it out for the default`);
      return [];
    }
    return value.map((item: unknown, index) => {
      const place = `${name}[${index}]`;
      if (!(item instanceof Map)) {
        this.problems.push(`${place} must be a map`);
        return undefined;
      }
      const fields = new Fields(item, place, this.problems);
      const entry = read(fields, place);
      fields.finish();
      return entry;
    });
  }

  private refuseTwins(name: string, key: string, addresses: readonly (string | undefined)[]): void {
    for (const [index, address] of addresses.entries()) {
      const first = addresses.indexOf(address);
      if (address !== undefined && first < index)
        this.problems.push(`${name}[${index}].${key} is the same as ${name}[${first}].${key}`);
    }
  }

  /** One address has one way in, whoever names it. */
  private remember(entry: UpstreamAccess & { place: string }): void {
    const twin = this.access.find(({ url }) => url === entry.url);
    if (twin === undefined) this.access.push(entry);
    else if (twin.authorization !== entry.authorization || twin.ca !== entry.ca) {
      this.problems.push(
        `${entry.place} has other credentials or certificates than ${twin.place}, which has the same address`,
      );
    }
  }
}
