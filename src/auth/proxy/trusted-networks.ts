import ipaddr from 'ipaddr.js';

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** The addresses of the proxies that are believed (`CACHITO_TRUSTED_PROXIES`). */
export class TrustedNetworks {
  private readonly networks: readonly Network[];

  /** Addresses, or networks in CIDR notation. */
  constructor(networks: readonly string[]) {
    this.networks = networks.map((each) => (each.includes('/') ? ipaddr.parseCIDR(each) : singleAddress(each)));
  }

  /** An IPv4 address may be written as an IPv6 one (`::ffff:10.0.0.1`), as sockets have it. */
  include(address: string | undefined): boolean {
    if (address === undefined || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
  }
}

function singleAddress(address: string): Network {
  const parsed = ipaddr.process(address);
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128];
}
