import { timingSafeEqual } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { Logger } from '@nestjs/common';
import { readStaticTokens, type StaticToken } from '../../config/index.js';
import { digestOf } from './static-token.js';

/**
 * The file of static tokens, read again when it has changed. One that has become bad, or is gone, is told in the log
 * once, and what it said before goes on to count.
 */
export class TokenFile {
  private readonly logger = new Logger('Tokens');
  private tokens: readonly (StaticToken & { digest: Buffer })[] = [];
  /** What the file looked like when it was last read; undefined = it is read again with the first token. */
  private version: string | undefined;

  constructor(private readonly file: string) {
    this.read();
  }

  /** What the file says of a token; undefined = nothing. */
  async find(token: string): Promise<StaticToken | undefined> {
    await this.refresh();
    const digest = digestOf(token);
    // All are compared, each in constant time: how long it takes tells nothing about the digests of the file.
    const [found] = this.tokens.filter((each) => timingSafeEqual(each.digest, digest));
    return found;
  }

  private async refresh(): Promise<void> {
    const version = await versionOf(this.file);
    if (version === this.version) return;
    this.version = version;
    this.read();
  }

  private read(): void {
    const { tokens, problems } = readStaticTokens(this.file);
    if (problems.length === 0) {
      this.tokens = tokens.map((each) => ({ ...each, digest: Buffer.from(each.sha256, 'hex') }));
    } else {
      const problem = problems.join('; ');
      this.logger.error(`CACHITO_TOKENS_FILE (${this.file}): ${problem}. What it said before still counts.`);
    }
  }
}

/** Changes with every change of the file, also when it is replaced by another one. Taken before the file is read. */
async function versionOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return 'gone';
  }
}
