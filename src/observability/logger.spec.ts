import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';
import { NestPinoLogger } from './nest-logger.js';

class Lines {
  readonly texts: string[] = [];
  readonly write = (line: string): void => void this.texts.push(line);

  get objects(): Record<string, unknown>[] {
    return this.texts.map((line): Record<string, unknown> => JSON.parse(line));
  }
}

function logger(level: 'debug' | 'info' = 'debug', format: 'json' | 'pretty' = 'json') {
  const lines = new Lines();
  return { lines, log: createLogger({ level, format, destination: lines }) };
}

describe('createLogger', () => {
  it('writes one object a line, without secrets wherever they stand', () => {
    const { log, lines } = logger();
    log.info({ req: { headers: { authorization: 'Bearer S3CRET', host: 'x' } } }, 'https://u:S3CRET@h/');
    log.error(new Error('at https://u:S3CRET@h/?token=S3CRET'));
    log.child({ password: 'S3CRET' }).warn('%s', 'token=S3CRET');
    expect(lines.texts.join()).not.toContain('S3CRET');
    expect(lines.objects).toEqual([
      expect.objectContaining({ level: 'info', msg: 'https://***@h/', req: { headers: { authorization: '***', host: 'x' } } }),
      expect.objectContaining({ level: 'error', err: expect.objectContaining({ type: 'Error' }) }),
      expect.objectContaining({ level: 'warn', password: '***' }),
    ]);
    expect(String(lines.objects[0]?.time)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('is pretty for people, without secrets too', () => {
    const { log, lines } = logger('info', 'pretty');
    log.debug('hidden');
    log.info({ url: 'https://u:S3CRET@h/' }, 'hello');
    expect(lines.texts.join('')).toMatch(/INFO.*hello.*https:\/\/\*\*\*@h/);
    expect(lines.texts).toHaveLength(1);
  });
});

describe('NestPinoLogger', () => {
  it.each<[string, (nest: NestPinoLogger) => void, object]>([
    ['a message', (nest) => nest.log('hello', 'Room'), { level: 'info', msg: 'hello', context: 'Room' }],
    ['Nest about itself', (nest) => nest.log('Mapped {/}', 'RouterExplorer'), { level: 'debug', msg: 'Mapped {/}' }],
    ['verbose', (nest) => nest.verbose('much', 'Room'), { level: 'debug' }],
    ['fatal', (nest) => nest.fatal('end', 'Room'), { level: 'fatal' }],
    ['a stack', (nest) => nest.error('broken', 'Error: x\n at y', 'Room'), { msg: 'broken', details: ['Error: x\n at y'], context: 'Room' }],
    ['an error', (nest) => nest.error(new Error('broken'), 'Room'), { msg: 'broken', err: expect.objectContaining({ message: 'broken' }) }],
    ['a message and an error', (nest) => nest.warn('no', new Error('why'), 'Room'), { msg: 'no', err: expect.objectContaining({ message: 'why' }) }],
    ['an object', (nest) => nest.log({ a: 1 }, 'Room'), { msg: '{"a":1}' }],
    ['nothing', (nest) => nest.log(undefined), { msg: 'undefined' }],
  ])('writes %s', (_, call, expected) => {
    const { log, lines } = logger();
    call(new NestPinoLogger(log));
    expect(lines.objects).toEqual([expect.objectContaining(expected)]);
  });
});
