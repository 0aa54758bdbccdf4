import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A certificate with its key, PEM. */
export interface Certificate {
  cert: string;
  key: string;
  /** Where both lie. */
  certFile: string;
  keyFile: string;
}

/** A certificate authority of the test, made by OpenSSL in a directory that exists. */
export class Authority {
  private constructor(
    private readonly directory: string,
    private readonly name: string,
  ) {}

  static async create(directory: string, name: string): Promise<Authority> {
    const files = ['-keyout', join(directory, `${name}.key`), '-out', join(directory, `${name}.pem`)];
    await execa('openssl', ['req', '-x509', ...KEY, ...files, '-subj', `/CN=${name}`, '-days', '2']);
    return new Authority(directory, name);
  }

  get file(): string {
    return join(this.directory, `${this.name}.pem`);
  }

  /** Issues a certificate; `subject` as OpenSSL takes it (`/O=x/CN=y`). One of -1 days has expired. */
  async issue(file: string, subject: string, { days = 2, names = [] as string[] } = {}): Promise<Certificate> {
    const [key, csr, cert] = ['key', 'csr', 'pem'].map((kind) => join(this.directory, `${file}.${kind}`));
    const alternatives = names.length > 0 ? ['-addext', `subjectAltName=${names.join(',')}`] : [];
    await execa('openssl', ['req', '-new', '-utf8', ...KEY, '-keyout', key, '-out', csr, '-subj', subject, ...alternatives]);
    const signing = ['-CA', this.file, '-CAkey', join(this.directory, `${this.name}.key`), '-CAcreateserial', '-copy_extensions', 'copy'];
    await execa('openssl', ['x509', '-req', '-in', csr, '-out', cert, ...signing, '-days', String(days)]);
    return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8'), certFile: cert, keyFile: key };
  }
}
