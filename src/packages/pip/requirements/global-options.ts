import { quote } from '../../quote.js';
import type { JobLog } from '../../package-manager.js';
import { invalidLine } from './place.js';
import type { GlobalOption, GlobalOptionName } from './split-line.js';

/** What the options of one file, beside those that name other files, come to. */
export interface FileOptions {
  requireHashes: boolean;
  /** `host` or `host:port`, lower case. */
  trustedHosts: string[];
  /** As written, without those that a rewritten file must not have. */
  kept: string[];
  /** Whether there is one that a rewritten file must not have. */
  hasDropped: boolean;
}

export interface OptionRules {
  strictCompat: boolean;
  /** Addresses of indexes that a file may name. */
  indexUrls: readonly string[];
  log: Pick<JobLog, 'info'>;
}

/** Which index is asked, and what is taken from it, is for the service to say. */
const REFUSED: ReadonlySet<GlobalOptionName> = new Set<GlobalOptionName>([
  '--index-url',
  '--extra-index-url',
  '--no-index',
  '--find-links',
  '--only-binary',
]);
const HONOURED: ReadonlySet<GlobalOptionName> = new Set<GlobalOptionName>(['--require-hashes', '--trusted-host']);

/**
 * Applies the options of a file. Throws `ValidationError` that lists the refused ones; values are not shown, since they
 * may hold passwords.
 */
export function applyOptions(file: string, options: readonly GlobalOption[], rules: OptionRules): FileOptions {
  const dropped = new Set(options.filter((option) => isConfiguredIndex(option, rules)));
  const refused = options.filter((option) => REFUSED.has(option.name) && !dropped.has(option));
  const [first] = refused;
  if (first !== undefined) {
    const names = [...new Set(refused.map(({ name }) => name))].join(', ');
    throw invalidLine(
      { file, line: first.line },
      `Options that are not allowed: ${names}. Remove them; ${advice(rules)}`,
    );
  }
  const kept = options.filter((option) => !dropped.has(option));
  const ignored = new Set(kept.map(({ name }) => name).filter((name) => !HONOURED.has(name)));
  if (ignored.size > 0) rules.log.info(`${file}: the options ${[...ignored].join(', ')} change nothing here.`);
  return {
    requireHashes: options.some(({ name }) => name === '--require-hashes'),
    trustedHosts: options.filter(({ name }) => name === '--trusted-host').map(({ value }) => value.toLowerCase()),
    kept: kept.map(({ text }) => text),
    hasDropped: dropped.size > 0,
  };
}

/** pip would ask this index instead of the one that its environment names. */
function isConfiguredIndex({ name, value }: GlobalOption, { strictCompat, indexUrls }: OptionRules): boolean {
  return name === '--index-url' && !strictCompat && indexUrls.some((url) => sameIndex(url, value));
}

function sameIndex(configured: string, named: string): boolean {
  if (!URL.canParse(named) || !URL.canParse(configured)) return false;
  const { username, password } = new URL(named);
  return username === '' && password === '' && withoutSlashes(configured) === withoutSlashes(named);
}

function withoutSlashes(url: string): string {
  const { href } = new URL(url);
  return href.replace(/\/{1,64}$/, '');
}

function advice({ strictCompat, indexUrls }: OptionRules): string {
  if (strictCompat || indexUrls.length === 0) return 'the administrator configures which index is asked.';
  return `--index-url may name ${indexUrls.map(quote).join(' or ')} only.`;
}
