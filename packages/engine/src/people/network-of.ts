import { isIPv4, isIPv6 } from 'node:net';

/**
 * What stands for whoever has an address, for counting his tries. Of IPv6 that is the first half: who has one address has the
 * whole network, and could take another address for each try. An IPv4 address within IPv6 is that of IPv4.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  const [plain = ''] = address.split('%', 1);
  if (!isIPv6(plain)) return address;
  // In the form of a URL, which has one form for each address: no capitals, no zeros before, `::` for zeros.
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  const parts = [...first, ...Array.from({ length: zeros }, () => '0'), ...last];
  return `${parts.slice(0, 4).join(':')}::/64`;
}
