import { type LookupAddress, type LookupAllOptions, lookup as resolveName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Which private addresses an `http` step may reach: all, none, or these hosts, addresses and networks (`10.1.0.0/16`). */
export type PrivateAccess = boolean | readonly string[];

/** What decides whether a step may connect somewhere. */
export type AddressGuard = Readonly<{
  /** The problem with a host as it stands in a URL; null: it may be tried (its addresses are checked by `lookup`). */
  refusal(hostname: string): string | null;
  /** Resolves names and refuses private addresses. The connection goes to the checked address, so no second answer of a
   * name server can lead elsewhere. */
  lookup: LookupFunction;
}>;

/** Loopback, private, link-local, shared, multicast and reserved networks. IPv4 addresses inside IPv6 match those of IPv4. */
const privateNetworks: readonly [string, number, 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  // A public address that in Azure means the machine's own host, which tells credentials.
  ['168.63.129.16', 32, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['::ffff:0:0:0', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['2001::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

/** What asks name servers: all addresses of a name. */
type ResolveName = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export function createAddressGuard(access: PrivateAccess, resolve: ResolveName = resolveName): AddressGuard {
  const blocked = new BlockList();
  for (const [address, prefix, family] of privateNetworks) blocked.addSubnet(address, prefix, family);
  const allowed = new BlockList();
  const hosts = new Set<string>();
  for (const entry of typeof access === 'boolean' ? [] : access) addAllowed(allowed, hosts, entry);
  const mayReach = (address: string): boolean => {
    if (access === true) return true;
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    return !blocked.check(address, family) || allowed.check(address, family);
  };
  return {
    refusal(hostname) {
      const address = hostname.replace(/^\[|\]$/g, '');
      return isIP(address) === 0 || mayReach(address) ? null : refusalText(address);
    },
    lookup(hostname, options, callback) {
      resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, '', 0);
        const usable = hosts.has(hostname.toLowerCase())
          ? addresses
          : addresses.filter(({ address }) => mayReach(address));
        const [first] = usable;
        if (first === undefined) {
          return callback(new RefusedAddress(`${hostname} is ${refusalText(addresses[0]?.address ?? '')}`), '', 0);
        }
        if (options.all === true) callback(null, usable);
        else callback(null, first.address, first.family);
      });
    },
  };
}

/** The step tried to reach an address that it may not. */
export class RefusedAddress extends Error {
  readonly code = 'address_refused';
}

const refusalText = (address: string): string => `${address}, a private address`;

function addAllowed(list: BlockList, hosts: Set<string>, entry: string): void {
  const [address = '', prefix] = entry.split('/');
  const kind = isIP(address);
  if (kind === 0) hosts.add(entry.toLowerCase());
  else if (prefix === undefined) list.addAddress(address, kind === 6 ? 'ipv6' : 'ipv4');
  else list.addSubnet(address, Number(prefix), kind === 6 ? 'ipv6' : 'ipv4');
}
