// A certificate of its own for each test process, so that no key stands in the repository. Node makes keys and signs, but no
// certificates; the few parts of X.509 (RFC 5280) that one needs are written here.
import { generateKeyPairSync, sign } from 'node:crypto';

/** A key and a self-signed certificate for 127.0.0.1, valid for a day, both as PEM. */
export function makeCertificate(): Readonly<{ key: string; certificate: string }> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(commonName, utf8('Millrace test'))));
  const day = 24 * 60 * 60 * 1000;
  const valid = sequence(utcTime(Date.now() - day), utcTime(Date.now() + day));
  const alternativeName = sequence(der(0x87, Buffer.from([127, 0, 0, 1])));
  const authority = sequence(der(0x01, Buffer.from([0xff])));
  const extensions = sequence(
    sequence(subjectAltName, octets(alternativeName)),
    sequence(basicConstraints, octets(authority)),
  );
  const content = sequence(
    der(0xa0, integer(2)), // version 3
    integer(1),
    sequence(ecdsaWithSha256),
    name,
    valid,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = sequence(content, sequence(ecdsaWithSha256), der(0x03, Buffer.concat([Buffer.of(0), signature])));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}

/** Tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const set = (...parts: readonly Buffer[]): Buffer => der(0x31, Buffer.concat(parts));
const integer = (value: number): Buffer => der(0x02, Buffer.of(value));
const octets = (content: Buffer): Buffer => der(0x04, content);
const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

/** `YYMMDDHHMMSSZ` */
const utcTime = (at: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(at).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));

const commonName = objectId('550403');
const subjectAltName = objectId('551d11');
const basicConstraints = objectId('551d13');
const ecdsaWithSha256 = objectId('2a8648ce3d040302');
