export { AddressPolicy, AddressRefusedError } from './address-policy.js';
export { DownloadModule } from './download.module.js';
export { BodyTooLargeError, errorCode, HttpClient, type HttpResponse } from './http-client.js';
export { isTransientStatus, parseRetryAfter, Retries, TransientFailure } from './retries.js';
