import { type HttpResponse, transientStatusFailure } from '../download/index.js';
import { NetworkError } from '../errors/index.js';

/** Whether an upstream says that it does not have what was asked for. */
export function isAbsent({ status }: { status: number }): boolean {
  return status === 404 || status === 410;
}

/** Throws unless the status is 200; the body is given up then. `what` is the name of what was asked for. */
export function refuseStatus(response: HttpResponse, what: string): void {
  const { status, body, url } = response;
  if (status === 200) return;
  body.destroy();
  const error = new NetworkError(`${what} cannot be fetched: ${url} answers with status ${status}${advice(status)}.`);
  throw transientStatusFailure(response, error) ?? error;
}

function advice(status: number): string {
  if (status !== 401 && status !== 403) return '';
  return (
    ', so it wants credentials, or others than it got. An administrator configures them for this address in the file ' +
    'that CACHITO_UPSTREAMS_FILE names'
  );
}

const HTTP_DATE = /^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds since 1970 of a date in a header (RFC 9110, §5.6.7); NaN if unreadable. */
export function httpTime(text = ''): number {
  return HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
}

/** When the upstream last changed what it sent (RFC 9110, §8.8.2); undefined if unreadable or in the future. */
export function lastModified(headers: HttpResponse['headers'], now: number = Date.now()): Date | undefined {
  const time = httpTime(headers['last-modified']);
  // Servers that do not know say 1970.
  return time > 0 && time <= now ? new Date(time) : undefined;
}

/** What may be shown of an address. */
export function addressWithoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
