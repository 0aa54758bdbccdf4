import type { ServerResponse } from 'node:http';
import type { RegistryUpstream } from '../../../../config/index.js';
import { TestUpstream } from '../../../../dependencies/testing.js';
import { escapeModulePath } from '../../modules/module-path.js';
import { served, type TestModule } from './modules.js';

/** What a proxy answers instead: a status, other bytes, or whatever a function does. */
export type Answer = number | string | Buffer | ((response: ServerResponse, call: number) => void);

/** A module proxy on loopback, with modules and trouble as a spec says. */
export class TestModuleProxy {
  private readonly files = new Map<string, string | Buffer>();
  private readonly answers = new Map<string, Answer>();
  readonly upstream: TestUpstream;
  private url = '';

  constructor() {
    this.upstream = new TestUpstream((path, _, response) => this.answer(decodeURIComponent(path.slice(1)), response));
  }

  async listen(): Promise<this> {
    await this.upstream.listen();
    this.url = this.upstream.url('/');
    return this;
  }

  /** Starts anew with these modules. */
  serve(modules: readonly TestModule[]): void {
    this.files.clear();
    this.answers.clear();
    this.upstream.calls.clear();
    for (const module of modules) {
      const base = `${escapeModulePath(module.path)}/@v/`;
      const { info, mod, zip } = served(module);
      this.files.set(`${base}${module.version}.info`, info);
      this.files.set(`${base}${module.version}.mod`, mod);
      this.files.set(`${base}${module.version}.zip`, zip);
      this.files.set(`${base}list`, `${String(this.files.get(`${base}list`) ?? '')}${module.version}\n`);
    }
  }

  /** Answers otherwise for an (escaped) path such as `example.com/kite/@v/list`. */
  say(path: string, answer: Answer): void {
    this.answers.set(path, answer);
  }

  /** The paths that were asked for, sorted. */
  get asked(): string[] {
    return [...this.upstream.calls.keys()].map((path) => decodeURIComponent(path.slice(1))).sort();
  }

  entry(overrides: Partial<RegistryUpstream> = {}): RegistryUpstream {
    return { url: this.url, public: false, scopes: [], fallback: 'next', ...overrides };
  }

  close(): void {
    this.upstream.close();
  }

  private answer(path: string, response: ServerResponse): void {
    const answer = this.answers.get(path) ?? this.files.get(path) ?? 404;
    if (typeof answer === 'function') answer(response, this.upstream.calls.get(`/${path}`) ?? 0);
    else if (typeof answer === 'number') response.writeHead(answer).end('no');
    else response.writeHead(200).end(answer);
  }
}
