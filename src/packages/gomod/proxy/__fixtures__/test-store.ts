import type { RegistryUpstream } from '../../../../config/index.js';
import type { TestArchive } from '../../../../dependencies/testing.js';
import type { JobLog } from '../../../package-manager.js';
import type { ChecksumDatabase } from '../../checksum-database/checksum-database.js';
import { GoSums } from '../../files/go-sum-file.js';
import { ModuleStore } from '../module-store.js';
import { sumLines, type TestModule } from './modules.js';

export interface TestStoreOptions {
  upstreams: readonly RegistryUpstream[];
  /** Text of `go.sum`. */
  sums?: string;
  checksums?: Pick<ChecksumDatabase, 'lookup'>;
  offline?: boolean;
}

/** A checksum database that knows some modules, and remembers what it was asked. */
export class TestChecksums implements Pick<ChecksumDatabase, 'lookup' | 'document'> {
  readonly asked: string[] = [];

  constructor(private readonly known: readonly TestModule[] = []) {}

  async lookup(path: string, version: string): Promise<{ zip: string; mod: string } | undefined> {
    this.asked.push(`${path}@${version}`);
    const sums = new GoSums();
    for (const module of this.known) sums.add(sumLines(module), 'go.sum');
    const [zip, mod] = [sums.zip(path, version), sums.mod(path, version)];
    return zip === undefined || mod === undefined ? undefined : { zip, mod };
  }

  async document(rest: string): Promise<Buffer | undefined> {
    this.asked.push(rest);
    return rest === 'latest' ? Buffer.from('signed tree head') : undefined;
  }
}

/** A store of one request with a real catalogue, and what it wrote into the log. */
export function testStore(
  { archive, documents }: TestArchive,
  { upstreams, sums = '', checksums = new TestChecksums(), offline = false }: TestStoreOptions,
): { store: ModuleStore; log: string[] } {
  const goSums = new GoSums();
  goSums.add(sums, 'go.sum');
  const lines: string[] = [];
  const line = (message: string): void => void lines.push(message);
  const log: JobLog = { debug: line, info: line, warn: line, error: line };
  const store = new ModuleStore({
    artifacts: archive.forRequest({ offline }),
    documents: documents.forRequest({ offline }),
    upstreams,
    sums: goSums,
    checksums,
    downloadTries: 3,
    log,
  });
  return { store, log: lines };
}
