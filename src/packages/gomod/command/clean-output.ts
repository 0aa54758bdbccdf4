/** Where things lie on this host, and what they are called in messages. */
export interface KnownPlaces {
  /** Root of the source. */
  repository: string;
  scratch: string;
  goModCache: string;
  goroot: string;
  /** Address of the loopback module proxy. */
  proxy: string;
}

/** What go says while it works, and not about what went wrong. */
const CHATTER = /^go: (?:downloading|finding|found|extracting) /;
const MAX_LINES = 12;
const MAX_LENGTH = 2000;

/**
 * What go printed, fit for clients: no path of this host (those of the source are given from its root), no address of
 * the loopback proxy, no control characters but line feeds and tabs.
 */
export function cleanOutput(text: string, places: KnownPlaces): string {
  const { repository } = places;
  const named: [string, string][] = [
    [places.proxy.replace(/\/$/, ''), 'the module proxy'],
    [new URL(places.proxy).host, 'the module proxy'],
    [`${repository}/`, ''],
    [repository, '.'],
    [places.goModCache, '$GOMODCACHE'],
    [places.goroot, '$GOROOT'],
    [places.scratch, '$TMPDIR'],
  ];
  // One directory may lie in another: the inner one is replaced first.
  named.sort(([a], [b]) => b.length - a.length);
  return named
    .reduce((cleaned, [place, name]) => cleaned.replaceAll(place, name), text)
    .replace(/[^\P{Cc}\n\t]|\p{Cf}/gu, '');
}

/** The last lines of a cleaned error output, without what go says in passing, short enough to be shown. */
export function lastLines(cleaned: string): string {
  return cleaned
    .split('\n')
    .filter((line) => line.trim() !== '' && !CHATTER.test(line))
    .slice(-MAX_LINES)
    .join('\n')
    .slice(-MAX_LENGTH)
    .trim();
}
