import { isIP } from 'node:net';
import type { CallHeaders } from '../proxy/identity-headers.js';
import { valuesOf } from '../proxy/raw-headers.js';
import type { TrustedNetworks } from '../proxy/trusted-networks.js';

/** Where a call comes from. */
export interface CallOrigin {
  /** Address of the caller, as far as it is known. */
  from: string | undefined;
  /** Address of the connection, where that is a trusted proxy's. */
  via: string | undefined;
}

/**
 * Where a call comes from. Each proxy adds the address that it sees at the end of `X-Forwarded-For` (or, where that
 * header is missing, of `Forwarded`, RFC 7239), so the list is read from its end as long as the address at hand is a
 * trusted proxy's; what stands left of that is what a stranger says.
 */
export function originOf(call: CallHeaders, proxies: TrustedNetworks): CallOrigin {
  const socket = call.socket.remoteAddress;
  const hops = hopsOf(call.rawHeaders);
  let from = socket;
  while (proxies.include(from)) {
    const before = addressIn(hops.pop());
    if (before === undefined) break;
    from = before;
  }
  return { from, via: from === socket ? undefined : socket };
}

/** What the headers say, one text for each hop, the nearest last. */
function hopsOf(rawHeaders: readonly string[]): string[] {
  const plain = valuesOf(rawHeaders, 'x-forwarded-for');
  if (plain.length > 0) return plain.join(',').split(',');
  return valuesOf(rawHeaders, 'forwarded').join(',').split(',').map(forOf);
}

/** The value of `for` in an element of `Forwarded`: `by=10.0.0.1;for="[2001:db8::1]:4711"`. */
function forOf(element: string): string {
  const pair = element.split(';').find((each) => /^\s*for\s*=/i.test(each));
  return pair?.slice(pair.indexOf('=') + 1).replaceAll('"', '') ?? '';
}

/** The address in `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`. */
function addressIn(hop: string | undefined): string | undefined {
  const text = hop?.trim() ?? '';
  const address = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+)(?::\d+)$/.exec(text)?.[1] ?? text;
  return isIP(address) === 0 ? undefined : address;
}
