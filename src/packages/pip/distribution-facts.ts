import { takingTurns } from '../../concurrency/index.js';
import type { Finding, ResolveJob } from '../package-manager.js';
import { parseRequirements, printRequirements } from './graph/recorded-requirements.js';
import type { StatedRequirement } from './graph/stated-requirement.js';
import type { BuildNeeds } from './metadata/read-build-needs.js';

/** What an archived distribution says of itself. */
export interface DistributionFacts {
  /** To be built; undefined for a wheel, which is built. */
  needs: BuildNeeds | undefined;
  /** To be used; undefined when that is unknown. */
  requires: readonly StatedRequirement[] | undefined;
}

/** Something archived that can be looked into. */
export interface Distribution {
  /** The same for what is the same for ever. */
  subject: string;
  /** Looks into it. */
  read(job: ResolveJob): Promise<DistributionFacts>;
}

/** What they hold never changes, but how it is read may: then this gets another name. */
const KIND = 'pip-distribution';
/** Findings that are in memory at a time; hostile ones have a megabyte each. */
const AT_A_TIME = 100;

/** What they say, passed on one by one. Each is looked into once; what was found is recorded. */
export async function* factsOf(
  distributions: readonly Distribution[],
  job: ResolveJob,
): AsyncGenerator<[subject: string, facts: DistributionFacts]> {
  const unique = [...new Map(distributions.map((distribution) => [distribution.subject, distribution])).values()];
  for (let at = 0; at < unique.length; at += AT_A_TIME) {
    const chunk = unique.slice(at, at + AT_A_TIME);
    const recorded = await job.findings.find(KIND, chunk.map(({ subject }) => subject));
    const read: Finding[] = [];
    // One after the other: nearly all are in memory, so nobody would have a turn in between.
    for await (const [place, distribution] of takingTurns(chunk.entries())) {
      job.signal.throwIfAborted();
      const { subject } = distribution;
      const known = parse(recorded[place]);
      const facts = known ?? (await distribution.read(job));
      if (known === undefined) read.push({ subject, content: print(facts) });
      yield [subject, facts];
    }
    await job.findings.record(KIND, read);
  }
}

function print({ needs, requires }: DistributionFacts): string {
  return JSON.stringify({ needs: needs ?? null, requires: requires === undefined ? null : printRequirements(requires) });
}

/** Undefined when it is nothing that was written here. */
function parse(content: string | undefined): DistributionFacts | undefined {
  if (content === undefined) return undefined;
  const { needs, requires } = Object(JSON.parse(content));
  const known = needs === null ? undefined : parseNeeds(needs);
  const stated = requires === null ? undefined : parseRequirements(requires);
  if ((needs !== null && known === undefined) || (requires !== null && stated === undefined)) return undefined;
  return { needs: known, requires: stated };
}

function parseNeeds(value: unknown): BuildNeeds | undefined {
  const { backend, requires } = Object(value);
  if (backend !== null && typeof backend !== 'string') return undefined;
  if (!Array.isArray(requires) || !requires.every((text): text is string => typeof text === 'string')) return undefined;
  return { backend, requires };
}
