import { JobQueue } from '../../queue/index.js';
import { type Command, refusePositionals } from './command.js';

/** Keeps all workers from new requests. */
export const pause: Command = {
  summary: 'let no worker begin another request, until "resume"',
  help: [
    'Usage: cachito pause',
    '',
    'No worker of the fleet begins another request. What is being worked on goes on to its end, and requests may be',
    'posted: they wait. It holds until "cachito resume", also over restarts.',
  ].join('\n'),
  options: {},
  async run({ app, positionals, print }) {
    refusePositionals(positionals, 0);
    const queue = app.get(JobQueue, { strict: false });
    await queue.pause();
    const { waiting, running } = await queue.depth();
    print(`The queue is paused: ${running} being worked on, ${waiting} waiting. "cachito resume" lets workers go on.`);
  },
};

/** Ends `pause`. */
export const resume: Command = {
  summary: 'let workers begin requests again, after "pause"',
  help: ['Usage: cachito resume', '', 'Workers begin with requests again after "cachito pause".'].join('\n'),
  options: {},
  async run({ app, positionals, print }) {
    refusePositionals(positionals, 0);
    const queue = app.get(JobQueue, { strict: false });
    print((await queue.isPaused()) ? 'The queue goes on.' : 'The queue was not paused.');
    await queue.resume();
  },
};
