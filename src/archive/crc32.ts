/** The polynomial of CRC-32 (ISO 3309, as gzip and zip use it), bits reversed. */
const POLYNOMIAL = 0xedb88320;
/** x^0, bits reversed. */
const ONE = 0x80000000;

/** x^(2^n) modulo the polynomial, for n = 0…31; after that the row repeats. */
const POWERS = powers();

/**
 * CRC-32 of A followed by B, from the CRC-32 of each and the length of B in bytes, without their bytes: appending n
 * zero bits to A multiplies its remainder by x^n (the method of zlib's `crc32_combine`). Costs a few microseconds.
 */
export function combineCrc32(first: number, second: number, secondLength: number): number {
  return (multiply(powerOfX(secondLength), first) ^ second) >>> 0;
}

/** x^(8 · bytes) modulo the polynomial. Lengths go beyond 32 bits, hence no bit operations on them. */
function powerOfX(bytes: number): number {
  let product = ONE;
  // x^8 = x^(2^3): bit i of the length stands for x^(2^(i + 3)).
  for (let rest = bytes, exponent = 3; rest > 0; rest = Math.floor(rest / 2), exponent += 1) {
    if (rest % 2 === 1) product = multiply(POWERS[exponent % 32] ?? ONE, product);
  }
  return product;
}

/** Product of two polynomials modulo CRC-32's. */
function multiply(left: number, right: number): number {
  let product = 0;
  let shifted = right;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((left & bit) !== 0) product ^= shifted;
    shifted = (shifted & 1) !== 0 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product >>> 0;
}

function powers(): number[] {
  const row = [0x40000000];
  while (row.length < 32) {
    const last = row[row.length - 1] ?? 0;
    row.push(multiply(last, last));
  }
  return row;
}
