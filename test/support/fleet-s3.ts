import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startS3Server, type TestS3Server } from './s3-server.js';

const OUT_OF_ORDER = `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>ServiceUnavailable</Code><Message>Please reduce your request rate.</Message></Error>`;

/** A real S3 server behind a proxy that answers 503 in its place when told to. */
export class FleetS3 {
  /** Whether every call is answered with 503. */
  outOfOrder = false;
  /** Calls that were answered so. */
  refused = 0;

  private constructor(
    readonly server: TestS3Server,
    private readonly proxy: Server,
    /** Options of the processes of the fleet. */
    readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** `directory` gets the file with the secret key. With a certificate, over TLS. */
  static async start(directory: string, certificate?: { key: string; cert: string }): Promise<FleetS3> {
    const server = await startS3Server();
    const proxy = certificate === undefined ? createServer() : createTlsServer(certificate);
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const secret = join(directory, 's3-secret');
    await writeFile(secret, server.secretAccessKey, { mode: 0o600 });
    const s3 = new FleetS3(server, proxy, {
      CACHITO_S3_BUCKET: server.bucket,
      CACHITO_S3_ENDPOINT: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      CACHITO_S3_ACCESS_KEY_ID: server.accessKeyId,
      CACHITO_S3_SECRET_ACCESS_KEY_FILE: secret,
    });
    proxy.on('request', (incoming, response) => s3.answer(incoming, response));
    return s3;
  }

  /** Uploads in parts that were neither ended nor given up. */
  unfinishedUploads(): Promise<string[]> {
    return this.ask(async (client, bucket) => {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      return Uploads.map(({ Key = '' }) => Key);
    });
  }

  /** Keys of all objects. */
  keys(): Promise<string[]> {
    return this.ask(async (client, bucket) => {
      const keys: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket })) {
        keys.push(...Contents.map(({ Key = '' }) => Key));
      }
      return keys;
    });
  }

  /** Writes an object that nobody knows of. */
  async add(key: string, content: Buffer): Promise<void> {
    await this.ask((client, bucket) => client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content })));
  }

  async remove(key: string): Promise<void> {
    await this.ask((client, bucket) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
  }

  /** Past the proxy. */
  private async ask<Answer>(work: (client: S3Client, bucket: string) => Promise<Answer>): Promise<Answer> {
    const { bucket, endpoint, accessKeyId, secretAccessKey } = this.server;
    const credentials = { accessKeyId, secretAccessKey };
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
    try {
      return await work(client, bucket);
    } finally {
      client.destroy();
    }
  }

  async close(): Promise<void> {
    this.proxy.closeAllConnections();
    await new Promise<void>((resolve) => this.proxy.close(() => resolve()));
    await this.server.close();
  }

  private answer(incoming: IncomingMessage, response: ServerResponse): void {
    if (this.outOfOrder) {
      this.refused++;
      incoming.resume();
      return void response.writeHead(503, { 'content-type': 'application/xml' }).end(OUT_OF_ORDER);
    }
    const { method, url = '/', headers } = incoming;
    // The signature holds for the address that was called: all headers stay as they are.
    const outgoing = request(new URL(url, this.server.endpoint), { method, headers, setHost: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }
}
