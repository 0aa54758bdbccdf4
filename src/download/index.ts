export { AddressPolicy, AddressRefusedError } from './address-policy.js';
export { DownloadModule } from './download.module.js';
export { BodyTooLargeError, errorCode, HttpClient, type HttpClientOptions, type HttpRequest, type HttpResponse } from './http-client.js';
export type { Resolver } from './resolver.js';
export { isTransientStatus, parseRetryAfter, Retries, type RetryOptions, TransientFailure } from './retries.js';
