import type { Readable } from 'node:stream';
import { PUBLIC_CHECKSUM_DATABASE } from '../../../config/index.js';
import type { ChecksumDatabase } from '../checksum-database/checksum-database.js';
import { unescapeModulePath } from '../modules/module-path.js';
import type { ModuleTarget } from './goproxy-path.js';
import { isCanonical, type ModuleFile } from './module-file.js';
import type { ModuleStore } from './module-store.js';

/** What is answered: a text or bytes, or an archived file. */
export type Answer =
  | { status: 200 | 403 | 404 | 405; text: string; type?: string }
  | { status: 200; bytes: Buffer }
  | { status: 200; type: string; size: number; open(): Promise<Readable> };

/** What a module proxy serves. */
export type ServedModules = Pick<ModuleStore, 'file' | 'open' | 'list' | 'latest' | 'query' | 'isPublic'>;

const TYPES = { info: 'application/json', mod: 'text/plain; charset=utf-8', zip: 'application/zip' } as const;

/** The protocol of a module proxy: what is answered to whom asks for a module, or for a part of the checksum database. */
export class ProxyAnswers {
  constructor(
    private readonly store: ServedModules,
    private readonly checksums: Pick<ChecksumDatabase, 'document'>,
  ) {}

  /** Throws what the store and the checksum database throw. */
  async to(target: ModuleTarget, signal: AbortSignal): Promise<Answer> {
    switch (target.kind) {
      case 'unknown':
        return notFound('This is no address of a module: https://go.dev/ref/mod#goproxy-protocol has their form.');
      case 'list':
        return found(await this.store.list(target.path, signal), TYPES.mod, target.path);
      case 'latest':
        return found(await this.store.latest(target.path, signal), TYPES.info, target.path);
      case 'sumdb':
        return this.checksumDatabase(target, signal);
      default:
        return this.file(target, signal);
    }
  }

  private async file(file: ModuleFile, signal: AbortSignal): Promise<Answer> {
    const { kind, path, version } = file;
    const shown = `${path}@${version}`;
    if (kind === 'info' && !isCanonical(version)) return found(await this.store.query(path, version, signal), TYPES.info, shown);
    const artifact = await this.store.file(kind, file, signal);
    if (artifact === undefined) return unknownModule(shown);
    return { status: 200, type: TYPES[kind], size: artifact.size, open: () => this.store.open(artifact) };
  }

  /** To the answers 404 and 410 `go` would ask the database itself, without us: so there is none of them for `supported`. */
  private async checksumDatabase({ name, rest }: { name: string; rest: string }, signal: AbortSignal): Promise<Answer> {
    if (name !== PUBLIC_CHECKSUM_DATABASE.name) return { status: 403, text: `The checksum database ${name} is not used here.` };
    if (rest === 'supported') return { status: 200, text: '' };
    if (!this.isPublicPart(rest)) return notFound('A private module is not looked up in a checksum database.');
    const bytes = await this.checksums.document(rest, signal);
    return bytes === undefined ? notFound(`The checksum database ${name} has no ${rest}.`) : { status: 200, bytes };
  }

  /** Whether nothing that is asked for names a private module, whatever `go` was told. */
  private isPublicPart(rest: string): boolean {
    if (!rest.startsWith('lookup/')) return true;
    const path = unescapeModulePath(rest.slice('lookup/'.length, rest.lastIndexOf('@')));
    return path !== undefined && this.store.isPublic(path);
  }
}

/** `go` shows the text behind the status. */
export function notFound(text: string): Answer {
  return { status: 404, text };
}

function unknownModule(shown: string): Answer {
  return notFound(`not found: no module proxy that is asked for it has ${shown}`);
}

function found(text: string | undefined, type: string, shown: string): Answer {
  return text === undefined ? unknownModule(shown) : { status: 200, text, type };
}
