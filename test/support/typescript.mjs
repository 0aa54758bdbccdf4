/**
 * `node --import <this file> script.ts` runs a script of this project without a build, for specs that need a process of
 * their own to kill: compiled in memory as jest does it, `.js` imports that mean a `.ts` file resolved so.
 */
import { readFile, stat } from 'node:fs/promises';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

if (isMainThread) register(import.meta.url);

export async function resolve(specifier, context, next) {
  if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (await stat(source).catch(() => undefined)) return { url: source.href, format: 'module', shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const [{ transform }, { default: jest }] = await Promise.all([import('@swc/core'), import('../../jest.config.mjs')]);
  const [, options] = jest.transform['^.+\\.ts$'];
  const filename = fileURLToPath(url);
  const { code } = await transform(await readFile(filename, 'utf8'), { ...options, filename });
  return { format: 'module', source: code, shortCircuit: true };
}
