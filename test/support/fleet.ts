import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { postgresOptions } from '../../src/database/data-source.js';
import { FleetDatabase } from './fleet-database.js';
import { FleetDisk } from './fleet-disk.js';
import { FleetS3 } from './fleet-s3.js';
import { startRedis, type TestRedis } from './redis.js';
import { Service } from './service.js';

export interface FleetOptions {
  workers: number;
  /** The queue: in PostgreSQL, or in a Redis of the fleet's own. */
  queue: 'database' | 'redis';
  /** Where blobs are: in directories unless given, or in a bucket on an S3 server of the fleet's own. */
  store?: 'directory' | 's3';
  /** Everything but the data of PostgreSQL, Redis and S3 lies on a disk of so many mebibytes, which can be filled. */
  disk?: number;
  /** Laid over the variables of every process. */
  environment?: NodeJS.ProcessEnv;
}

/**
 * A whole installation on this host: PostgreSQL, perhaps Redis and S3, one process that serves the API and several workers. They
 * share the stores and the logs; each has mirrors and scratch of its own.
 */
export class Fleet {
  readonly workers: Service[] = [];
  private names = 0;

  private constructor(
    readonly directory: string,
    readonly database: FleetDatabase,
    readonly redis: TestRedis | undefined,
    readonly s3: FleetS3 | undefined,
    readonly disk: FleetDisk | undefined,
    readonly api: Service,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly ends: Ends,
  ) {}

  static async start(options: FleetOptions): Promise<Fleet> {
    const ends = new Ends();
    try {
      const fleet = await Fleet.begin(options, ends);
      await Promise.all(Array.from({ length: options.workers }, () => fleet.addWorker()));
      return fleet;
    } catch (error) {
      await ends.run();
      throw error;
    }
  }

  private static async begin(options: FleetOptions, ends: Ends): Promise<Fleet> {
    const directory = await mkdtemp(join(tmpdir(), 'cachito-fleet-'));
    ends.add(() => rm(directory, { recursive: true, force: true }));
    // PostgreSQL runs as another user than root, who must be able to enter.
    await chmod(directory, 0o755);
    const database = await FleetDatabase.start(join(directory, 'database'));
    ends.add(() => database.stop());
    const redis = options.queue === 'redis' ? await startRedis() : undefined;
    ends.add(async () => redis?.close());
    const s3 = options.store === 's3' ? await FleetS3.start(directory) : undefined;
    ends.add(async () => s3?.close());
    const data = join(directory, 'data');
    const disk = options.disk === undefined ? undefined : await FleetDisk.mount(data, options.disk);
    ends.add(async () => disk?.unmount());
    const environment = {
      DATABASE_URL: database.url,
      ...(redis && { REDIS_URL: redis.url }),
      CACHITO_PUBLIC_URL: 'http://cachito.test.example',
      ...(s3?.environment ?? { CACHITO_SOURCES_DIR: join(data, 'sources'), CACHITO_BUNDLES_DIR: join(data, 'bundles') }),
      CACHITO_REQUEST_FILE_LOGS_DIR: join(data, 'logs'),
      ...options.environment,
    };
    const api = await Service.start({ ...environment, CACHITO_ROLE: 'api', CACHITO_DATA_DIR: join(data, 'api') });
    ends.add(() => api.close());
    return new Fleet(directory, database, redis, s3, disk, api, environment, ends);
  }

  /** Starts one more, with `environment` laid over what all have. */
  async addWorker(environment: NodeJS.ProcessEnv = {}): Promise<Service> {
    const data = this.dataOf(`worker-${this.names++}`);
    const role = { CACHITO_ROLE: 'worker', CACHITO_DATA_DIR: data };
    const worker = await Service.start({ ...this.environment, ...role, ...environment });
    this.ends.add(() => worker.close());
    this.workers.push(worker);
    return worker;
  }

  /** Ends all in an orderly way. */
  async stopWorkers(): Promise<void> {
    await Promise.all(this.workers.splice(0).map((worker) => worker.close()));
  }

  /** Directories below which a worker has its own: mirrors, scratch. */
  get workerDirectories(): string[] {
    return Array.from({ length: this.names }, (_, at) => this.dataOf(`worker-${at}`));
  }

  /** What all processes are given. */
  get variables(): NodeJS.ProcessEnv {
    return { ...this.environment, CACHITO_DATA_DIR: this.dataOf('api') };
  }

  /** One query, on a connection of its own: the server may have been away since the last one. */
  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const dataSource = await new DataSource(postgresOptions(this.database.url)).initialize();
    try {
      return await dataSource.query(sql, [...parameters]);
    } finally {
      await dataSource.destroy();
    }
  }

  /** Ends everything and removes it. */
  stop(): Promise<void> {
    return this.ends.run();
  }

  private dataOf(name: string): string {
    return join(this.directory, 'data', name);
  }
}

/** What is to be done in the end, the latest first. */
class Ends {
  private readonly steps: (() => Promise<unknown>)[] = [];

  add(step: () => Promise<unknown>): void {
    this.steps.push(step);
  }

  async run(): Promise<void> {
    for (const step of this.steps.splice(0).reverse()) await step();
  }
}
