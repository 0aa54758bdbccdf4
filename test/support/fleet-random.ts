/** Numbers that look random and are the same for the same seed (mulberry32). */
export class SeededRandom {
  constructor(private state: number) {}

  /** From 0 to 1, without 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` up to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  one<Item>(items: readonly Item[]): Item {
    return items[this.between(0, items.length - 1)];
  }

  /** Some of them, in their order. */
  some<Item>(items: readonly Item[], count: number): Item[] {
    const left = items.map((_, at) => at);
    const taken = Array.from({ length: count }, () => left.splice(this.between(0, left.length - 1), 1)[0]);
    return taken.sort((one, other) => one - other).map((at) => items[at]);
  }

  /** Letters that cannot be compressed well. */
  text(length: number): string {
    return Array.from({ length }, () => this.between(0, 35).toString(36)).join('');
  }
}
