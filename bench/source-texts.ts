const WORDS = 'const return function import export await async class if else for while new this value result error path name string number'.split(' ');

/** Files of about 5 KB that deflate as sources do; another seed gives other contents under the same names. */
export function texts(count: number, seed: number): Record<string, string> {
  const random = generator(seed);
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => {
      const lines = Array.from({ length: 60 + (random() % 100) }, () => line(random));
      return [`dir-${at % 100}/sub-${at % 7}/file-${at}.ts`, lines.join('\n')];
    }),
  );
}

function line(random: () => number): string {
  return Array.from({ length: 4 + (random() % 6) }, () => `${WORDS[random() % WORDS.length]}${random() % 3 === 0 ? random() % 1000 : ''}`).join(' ');
}

/** A linear congruential generator: the same texts on every machine. */
function generator(seed: number): () => number {
  let state = BigInt(seed) * 7919n + 1n;
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 40n);
  };
}
