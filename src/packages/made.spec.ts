import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { SingleFlight } from '../concurrency/index.js';
import type { Artifact, MadeArtifactSpec } from '../dependencies/index.js';
import { InvalidRequestData } from '../errors/index.js';
import { externalJob, MemoryArtifacts } from './npm/external/__fixtures__/external-job.js';
import { getMade } from './made.js';

/** Lets jobs share what is made at the same time, as the archive does. */
class SharedArtifacts extends MemoryArtifacts {
  private readonly flights = new SingleFlight<Artifact>();

  override getMade(spec: MadeArtifactSpec, signal = new AbortController().signal): Promise<Artifact> {
    return this.flights.run(spec.upstream, signal, () => super.getMade(spec));
  }
}

const OFFLINE = new InvalidRequestData('the request forbids to fetch anything');

function spec(make: () => Promise<void>): MadeArtifactSpec {
  return {
    ecosystem: 'npm',
    upstream: 'npm+https://files.acme.dev/kite.tgz#x',
    verifiedBy: 'lock file',
    make: async () => {
      await make();
      return { name: 'kite', version: '1.0.0', content: (async function* () {})() };
    },
  };
}

const fine = async (): Promise<void> => undefined;
const failing = async (): Promise<void> => {
  await setImmediate();
  throw OFFLINE;
};

describe('what several jobs want at the same time', () => {
  it('is made by the others when the one that makes it fails for reasons of its own', async () => {
    const job = externalJob({ artifacts: new SharedArtifacts(), directory: '/nowhere' });
    const makes = [failing, fine, fine, fine];
    const results = await Promise.allSettled(makes.map((make) => getMade(spec(make), job)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
    expect(results.filter((result) => result.status === 'fulfilled' && result.value.isOwn)).toHaveLength(1);
  });

  it('fails for each that fails itself', async () => {
    const job = externalJob({ artifacts: new SharedArtifacts(), directory: '/nowhere' });
    const both = [failing, failing].map((make) => getMade(spec(make), job));
    expect(await Promise.allSettled(both)).toEqual(both.map(() => ({ status: 'rejected', reason: OFFLINE })));
  });

  it('fails when it cannot even be looked for', async () => {
    const artifacts = new MemoryArtifacts();
    artifacts.getMade = () => Promise.reject(OFFLINE);
    await expect(getMade(spec(fine), externalJob({ artifacts, directory: '/nowhere' }))).rejects.toBe(OFFLINE);
  });
});
