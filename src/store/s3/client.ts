import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { rootCertificates } from 'node:tls';
import { S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '../../config/index.js';

/** Milliseconds until a connection stands. */
const CONNECTION_TIMEOUT = 10_000;
/** Every download of a bundle holds one for as long as its client takes. */
const MAX_CONNECTIONS = 500;

/** Attempts of one call that may meet with silence: every one of them takes long. */
const SILENCES = 2;

/** When a call is given up. */
export interface Patience {
  /** With growing pauses between them. */
  attempts: number;
  /** Milliseconds without a byte on a connection. */
  silence: number;
}

/** Eight attempts take about ten seconds, and half a minute when the server says that it is asked too much. */
const PATIENCE: Patience = { attempts: 8, silence: 60_000 };

/** The way to a bucket's server. */
export function createS3Client(settings: S3Settings, { attempts, silence } = PATIENCE): S3Client {
  const { endpoint, region, pathStyle, credentials, caCertificates } = settings;
  const agent = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
  const ca = caCertificates === undefined ? undefined : [...rootCertificates, caCertificates];
  const client = new S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    // A copy: the SDK writes into it, and the configuration is frozen.
    ...(credentials === undefined ? {} : { credentials: { ...credentials } }),
    forcePathStyle: pathStyle,
    retryMode: 'standard',
    maxAttempts: attempts,
    // Not all servers know the newer checksums. What is stored is checked by its SHA-256 anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT,
      socketTimeout: silence,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent({ ...agent, ca }),
    },
  });
  giveUpSilence(client);
  return client;
}

/** The SDK would try again as often as after an answer, and so wait for many minutes. */
function giveUpSilence(client: S3Client): void {
  client.middlewareStack.add(
    (next) => {
      let silences = 0;
      return async (args) => {
        try {
          return await next(args);
        } catch (error) {
          const isSilence = error instanceof Error && error.name === 'TimeoutError';
          if (isSilence && ++silences === SILENCES) throw new Silence();
          throw error;
        }
      };
    },
    // After the retries in the order of the stack: sees each attempt.
    { step: 'finalizeRequest', priority: 'low', name: 'giveUpSilence' },
  );
}

/** An error that the SDK does not try again. */
class Silence extends Error {
  override readonly name = 'silence';
}
