import { STATUS_CODES } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { HttpClient } from '../download/index.js';
import { TIMEOUT } from './reasons.js';
import type { UpstreamStatus } from './status.dto.js';

/** Milliseconds for which an answer is kept: whoever asks often does not make registries be asked often. */
const KEPT_FOR = 15_000;

/**
 * Whether the registries that packages are fetched from can be reached from this process. One that answers at all is
 * there: many have nothing to say at their base address (404), or nothing for strangers (401).
 */
@Injectable()
export class UpstreamsStatus {
  private readonly logger = new Logger(UpstreamsStatus.name);
  private latest: { asked: number; answers: Promise<UpstreamStatus[]> } | undefined;

  constructor(
    private readonly configuration: Configuration,
    private readonly client: HttpClient,
  ) {}

  /** Of the enabled package managers, in the order in which they are asked. Never throws, takes five seconds at most. */
  async list(): Promise<UpstreamStatus[]> {
    const now = performance.now();
    if (this.latest === undefined || now - this.latest.asked > KEPT_FOR) {
      this.latest = { asked: now, answers: this.ask() };
    }
    return this.latest.answers;
  }

  private ask(): Promise<UpstreamStatus[]> {
    const { upstreams, requests } = this.configuration;
    const signal = AbortSignal.timeout(TIMEOUT);
    const asked = (['gomod', 'npm', 'pip'] as const)
      .filter((packageManager) => requests.enabledPackageManagers.includes(packageManager))
      .flatMap((packageManager) => upstreams[packageManager].map(({ url }) => ({ packageManager, url })));
    return Promise.all(
      asked.map(async ({ packageManager, url }) => {
        const reason = await this.problem(url, signal);
        const about = { name: url, package_manager: packageManager };
        return reason === undefined ? { ...about, ok: true } : { ...about, ok: false, reason };
      }),
    );
  }

  private async problem(url: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      const { status, body } = await this.client.request(url, { method: 'HEAD', signal });
      body.on('error', () => undefined).destroy();
      return status < 500 ? undefined : `${status}: ${STATUS_CODES[status] ?? 'unknown status'}`;
    } catch (error) {
      this.logger.warn(`The registry ${url} cannot be reached: ${String(error)}`);
      return signal.aborted ? `no answer within ${TIMEOUT / 1000} seconds` : 'connection failed';
    }
  }
}
