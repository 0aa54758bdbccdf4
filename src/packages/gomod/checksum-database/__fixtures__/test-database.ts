import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

const sha256 = (...parts: (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  // Copied, so that many lie in one piece of memory.
  return Buffer.from(hash.digest());
};

/** A checksum database as small as can be, in memory, with a key of its own. */
export class TestDatabase {
  /** As clients are given it. */
  readonly key: string;
  /** Trees of this size are signed for lookups, instead of the newest one. By module and version. */
  readonly sizes = new Map<string, number>();
  private readonly keyId: Buffer;
  private readonly privateKey: KeyObject;
  private readonly texts: string[] = [];
  private readonly places = new Map<string, number>();
  /** Hashes of whole subtrees, by their level. */
  private readonly levels: Buffer[][] = [[]];

  constructor(readonly name = 'sums.acme.dev') {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const encoded = Buffer.concat([Buffer.of(1), Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')]);
    this.privateKey = privateKey;
    this.keyId = sha256(`${name}\n`, encoded).subarray(0, 4);
    this.key = `${name}+${this.keyId.toString('hex')}+${encoded.toString('base64')}`;
  }

  get size(): number {
    return this.texts.length;
  }

  /** Adds a record; digests are hexadecimal. */
  add(path: string, version: string, zip = sha256(path, version).toString('hex'), mod = zip): this {
    const text = (hex: string): string => `h1:${Buffer.from(hex, 'hex').toString('base64')}`;
    return this.addText(`${path} ${version} ${text(zip)}\n${path} ${version}/go.mod ${text(mod)}\n`, `${path}@${version}`);
  }

  /** Adds as many records as are missing. */
  fill(size: number): this {
    while (this.size < size) this.addText(`filler.acme.dev/m v1.0.${this.size} h1:\n`);
    return this;
  }

  /** Adds a record as it is, that is found by a module and version. */
  addText(text: string, module?: string): this {
    if (module !== undefined) this.places.set(module, this.size);
    this.texts.push(text);
    let hash = sha256(Buffer.of(0), text);
    for (let level = 0; ; level += 1) {
      const hashes = (this.levels[level] ??= []);
      hashes.push(hash);
      if (hashes.length % 2 === 1) return this;
      hash = sha256(Buffer.of(1), hashes[hashes.length - 2], hash);
    }
  }

  /** What is served under a path; undefined = 404. */
  answer(path: string): Buffer | undefined {
    if (path === 'supported') return Buffer.alloc(0);
    if (path === 'latest') return Buffer.from(this.signed(this.size));
    const [, module] = /^lookup\/(.+)$/.exec(path) ?? [];
    if (module !== undefined) return this.lookup(module);
    const [, level, index, width] = /^tile\/8\/(\d)\/([x\d/]+?)(?:\.p\/(\d+))?$/.exec(path) ?? [];
    return level === undefined ? undefined : this.tile(Number(level), Number(index.replaceAll(/[x/]/g, '')), Number(width ?? 256));
  }

  /** The signed tree of the first records. */
  signed(size: number, name = this.name, hash = this.root(size)): string {
    const text = `go.sum database tree\n${size}\n${hash.toString('base64')}\n`;
    const signature = sign(null, Buffer.from(text), this.privateKey);
    return `${text}\n— ${name} ${Buffer.concat([this.keyId, signature]).toString('base64')}\n`;
  }

  private lookup(module: string): Buffer | undefined {
    const plain = module.replaceAll(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const place = this.places.get(plain);
    if (place === undefined) return undefined;
    return Buffer.from(`${place}\n${this.texts[place]}\n${this.signed(this.sizes.get(plain) ?? this.size)}`);
  }

  private tile(level: number, index: number, width: number): Buffer | undefined {
    const hashes = this.levels[level * 8]?.slice(index * 256, index * 256 + width) ?? [];
    return hashes.length === width ? Buffer.concat(hashes) : undefined;
  }

  /** RFC 6962, §2.1. */
  private root(size: number, first = 0): Buffer {
    if (size === 0) return sha256();
    let level = 0;
    while (2 ** (level + 1) <= size) level += 1;
    const left = this.levels[level][first / 2 ** level];
    const rest = size - 2 ** level;
    return rest === 0 ? left : sha256(Buffer.of(1), left, this.root(rest, first + 2 ** level));
  }
}
