/** RFC 4515: what is no plain letter of a filter becomes its bytes. */
export const escapeFilterValue = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[A-Za-z0-9@._ =,-]/.test(letter) ? letter : `\\${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');

/** RFC 4514: the value of one part of a DN; nothing of it ends that part. */
export const escapeDnValue = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[A-Za-z0-9@._-]/.test(letter) ? letter : `\\${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');

export const fillTemplate = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);

/** The value of the first part of a DN: `Ops, EU` of `cn=Ops\, EU,ou=groups,dc=example`. */
export function firstNameOf(dn: string): string {
  const [, value = ''] = /^[^=]*=((?:\\.|[^\\,+])*)/s.exec(dn) ?? [];
  const bytes: number[] = [];
  for (let at = 0; at < value.length; ) {
    const [, hex, letter] = /^\\(?:([0-9a-fA-F]{2})|(.))/su.exec(value.slice(at)) ?? [];
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    const plain = letter ?? String.fromCodePoint(value.codePointAt(at) ?? 0);
    if (hex === undefined) bytes.push(...Buffer.from(plain));
    at += hex !== undefined ? 3 : letter !== undefined ? 1 + letter.length : plain.length;
  }
  return Buffer.from(bytes).toString().trim();
}
