/** Work of all kinds for the tests of `runInThread`; plain JavaScript, since threads run compiled code. */
import { writeFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

export const double = (number) => number * 2;
export const later = async (value) => ({ value, threadId });
export const bytes = (size) => ({ whole: new Uint8Array(size).fill(7), part: Buffer.from('abc') });
export const size = (buffer) => buffer.byteLength;
export const aMap = () => new Map([['__proto__', 1]]);
export const fails = (message) => {
  throw new RangeError(message);
};
export const rejects = async () => {
  throw 'text';
};
export const notClonable = () => ({ run: () => 1 });
export const exits = () => process.exit(3);
export const neverSettles = () => new Promise(() => void setInterval(() => {}, 1000));
export const throwsOutside = () =>
  new Promise(() => {
    setImmediate(() => {
      throw new Error('outside');
    });
  });
/** Writes a file as its sign of life, then never returns. */
export const spins = (file) => {
  writeFileSync(file, 'running');
  for (;;);
};
export const fillsMemory = () => {
  const kept = [];
  for (;;) kept.push({ text: `x${kept.length}` });
};
export const noFunction = 1;
