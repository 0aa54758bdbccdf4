/** The lines of a metrics page (Prometheus' text format), `name{label="value"}` → number, comments left out. */
export function readMetrics(page: string): Record<string, number> {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

/** Those among them whose names begin so. */
export function metricsOf(page: string, ...prefixes: string[]): Record<string, number> {
  const all = Object.entries(readMetrics(page));
  return Object.fromEntries(all.filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix))));
}
