export { AddressPolicy, AddressRefusedError } from './address-policy.js';
export { basicAuthorization, type Credentials } from './basic.js';
export { BodyTooLargeError } from './body.js';
export { configuredEndpoints, endpointOf } from './endpoint.js';
export { errorCode, transientFailureOf, transientStatusFailure } from './failures.js';
export { HttpClient, type HttpResponse } from './http-client.js';
export { isTransientStatus, parseRetryAfter, Retries, TransientFailure } from './retries.js';
