/**
 * Maps a stream with up to `limit` calls under way ahead of the reader; the order stays. The first failure ends it, in
 * its turn.
 */
export async function* mapAhead<In, Out>(
  source: AsyncIterable<In>,
  limit: number,
  map: (item: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const ahead: Promise<Out>[] = [];
  for await (const item of source) {
    const mapped = map(item);
    // Awaited in its turn; a failure until then is not unhandled.
    mapped.catch(() => undefined);
    ahead.push(mapped);
    const first = ahead.length > limit ? ahead.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const mapped of ahead) yield await mapped;
}
