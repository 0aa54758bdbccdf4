import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { NetworkError } from '../errors/index.js';
import { authority, type Endpoint } from './endpoint.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/** What IANA hands out for the public internet; all other IPv6 space is special (RFC 4291 §2.4). */
const PUBLIC_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** The well-known prefix of NAT64 (RFC 6052): the last 32 bits are an IPv4 address. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** A host that may not be reached. Its `errorType` is `NetworkError`. */
export class AddressRefusedError extends NetworkError {
  constructor(host: string) {
    super(
      `The host ${host} has an address in a private or special network, which may not be reached. ` +
        'An administrator can allow the network with CACHITO_ALLOWED_PRIVATE_NETWORKS.',
    );
  }

  override get errorType(): string {
    return 'NetworkError';
  }
}

/**
 * Which addresses outbound connections may have: the public internet, and private networks that the operator allowed.
 * Judges addresses only; names must be resolved first, and the connection must go to the address that was judged.
 */
export class AddressPolicy {
  private readonly allowed: readonly Network[];
  private readonly trusted: ReadonlySet<string>;

  /**
   * Networks as CIDR; a wrong one throws (the configuration has checked them before). `trusted` are the hosts that the
   * operator configured as upstreams: they may have any address.
   */
  constructor(allowedPrivateNetworks: readonly string[], trusted: readonly Endpoint[] = []) {
    this.allowed = allowedPrivateNetworks.map((network) => ipaddr.parseCIDR(network));
    this.trusted = new Set(trusted.map(authority));
  }

  /** Whether the operator configured exactly this host and port, so that its addresses need no judgement. */
  isTrusted(endpoint: Endpoint): boolean {
    return this.trusted.has(authority(endpoint));
  }

  /** `address` in the usual notation of IPv4 or IPv6; anything else is refused. */
  allows(address: string): boolean {
    if (!isPlainAddress(address)) return false;
    const parsed = unwrap(ipaddr.parse(address));
    return isPublic(parsed) || this.allowed.some((network) => matches(parsed, network));
  }

  /**
   * Throws `AddressRefusedError` for a host that must not even be named to a proxy, which resolves names itself: a
   * refused literal address, or a name of this machine (RFC 6761 §6.3).
   */
  checkName(host: string): void {
    const name = host.toLowerCase().replace(/\.$/, '');
    const isLocal = name === 'localhost' || name.endsWith('.localhost') || name === 'localhost.localdomain';
    const address = isLocal ? '127.0.0.1' : name;
    if ((isLocal || isIP(address) !== 0) && !this.allows(address)) throw new AddressRefusedError(host);
  }

  /** Throws `AddressRefusedError` unless all addresses are allowed; one bad address condemns the host. */
  check(host: string, addresses: readonly string[]): void {
    if (addresses.length === 0 || !addresses.every((address) => this.allows(address)))
      throw new AddressRefusedError(host);
  }
}

/**
 * Four decimal numbers or IPv6 without a zone; `ipaddr.js` alone would also read octal, hexadecimal and short forms.
 */
function isPlainAddress(address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) || (ipaddr.IPv6.isValid(address) && !address.includes('%'));
}

/** The IPv4 address inside an IPv6 one, where a connection would end up at it. */
function unwrap(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  return address.match(NAT64) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return !(address instanceof ipaddr.IPv6) || address.match(PUBLIC_IPV6);
}

function matches(address: Address, [network, bits]: Network): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}
