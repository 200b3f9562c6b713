// Opens a file as SOPS writes it (https://getsops.io/docs): values are encrypted where they stand, keys and shape are in clear.
//
//   sops.age[].enc ──age──▶ the data key (32 bytes)
//   a: ENC[AES256_GCM,data:…,iv:…,tag:…,type:str]      AES-256-GCM; bound to its path ("a:", "a:b:"; lists add nothing)
//   sops.mac                                           the same, bound to `lastmodified`: SHA-512 over all values in their
//                                                      order, so that no value can be taken out, moved or put in
//
// Only a file whose MAC is right is used. Maps keep the order of the file, on which the MAC depends.
import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';
import { parse } from 'yaml';
import { SourceFailure } from '../source-failure.ts';
import { openDataKey } from './open-data-key.ts';

const encrypted = /^ENC\[AES256_GCM,data:(.*),iv:(.+),tag:(.+),type:(str|int|float|bool|bytes|comment)\]$/s;

type Tree = Map<unknown, unknown>;
type Sealed = Readonly<{ text: string; boundTo: string }>;

/** What is in the file, without the part of SOPS. `identities`: lines `AGE-SECRET-KEY-1…`. Throws a `SourceFailure`. */
export async function openSopsFile(text: string, identities: string): Promise<Tree> {
  const tree = readTree(text);
  const sops = tree.get('sops');
  if (!(sops instanceof Map)) {
    throw new SourceFailure(
      'refused',
      'the file was not encrypted by SOPS.',
      'Encrypt it: sops encrypt --age age1… FILE.',
    );
  }
  const key = await openDataKey(sops, identities);
  tree.delete('sops');
  const onlyEncrypted = sops.get('mac_only_encrypted') === true;
  const digest = createHash('sha512');
  // A beginning of its own, so that one kind of MAC is never taken for the other.
  if (onlyEncrypted) digest.update(createHash('sha256').update('sops').digest());
  const opened = openBelow(tree, [], (value, path) => {
    const isSealed = typeof value === 'string' && encrypted.test(value);
    const plain = isSealed ? openValue(key, { text: value, boundTo: `${path.join(':')}:` }) : value;
    if (isSealed || !onlyEncrypted) digest.update(bytesOf(plain));
    return plain;
  }) as Tree;
  checkMac(key, sops, digest.digest('hex').toUpperCase());
  return opened;
}

function readTree(text: string): Tree {
  let tree: unknown;
  try {
    tree = parse(text, { mapAsMap: true });
  } catch {
    // The message of the parser would quote the file.
    throw new SourceFailure('refused', 'the file is neither YAML nor JSON.', 'Other formats of SOPS are not known.');
  }
  if (tree instanceof Map) return tree;
  throw new SourceFailure('refused', 'the file is no map of names.', 'Encrypt a file of `name: value`.');
}

/** Visits the values in their order. A list stands at the path of its key. */
function openBelow(
  value: unknown,
  path: readonly string[],
  open: (leaf: unknown, path: readonly string[]) => unknown,
): unknown {
  if (value instanceof Map) {
    return new Map([...value].map(([key, inner]) => [String(key), openBelow(inner, [...path, String(key)], open)]));
  }
  if (Array.isArray(value)) return value.map((inner) => openBelow(inner, path, open));
  return value === null || value === undefined ? null : open(value, path);
}

function openValue(key: Uint8Array, { text, boundTo }: Sealed): unknown {
  const [, data = '', iv = '', tag = '', type = 'str'] = encrypted.exec(text) ?? [];
  const bytes = decipher(key, { data, iv, tag, boundTo });
  if (bytes === null) throw tampered(`the value at ${boundTo.slice(0, -1)}`);
  const plain = bytes.toString('utf8');
  if (type === 'int' || type === 'float') return new Written(plain);
  return type === 'bool' ? plain.toLowerCase() === 'true' : plain;
}

/** A number as it is written, since the MAC is over its digits. */
class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): number {
    return Number(this.text);
  }
}

/** As SOPS writes values for its MAC. */
function bytesOf(value: unknown): Buffer {
  if (value instanceof Written) return Buffer.from(value.text);
  if (typeof value === 'boolean') return Buffer.from(value ? 'True' : 'False');
  return Buffer.from(String(value));
}

function checkMac(key: Uint8Array, sops: Tree, computed: string): void {
  const [, data = '', iv = '', tag = ''] = encrypted.exec(String(sops.get('mac') ?? '')) ?? [];
  const told = decipher(key, { data, iv, tag, boundTo: String(sops.get('lastmodified') ?? '') });
  const expected = Buffer.from(computed);
  if (told === null || told.length !== expected.length || !timingSafeEqual(told, expected)) {
    throw tampered('its MAC');
  }
}

type Parts = Readonly<{ data: string; iv: string; tag: string; boundTo: string }>;

/** null: it is not what was sealed there. */
function decipher(key: Uint8Array, { data, iv, tag, boundTo }: Parts): Buffer | null {
  try {
    const opening = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'), { authTagLength: 16 });
    opening.setAAD(Buffer.from(boundTo));
    opening.setAuthTag(Buffer.from(tag, 'base64'));
    return Buffer.concat([opening.update(Buffer.from(data, 'base64')), opening.final()]);
  } catch {
    return null;
  }
}

const tampered = (what: string): SourceFailure =>
  new SourceFailure(
    'refused',
    `the file was changed since SOPS encrypted it: ${what} does not fit.`,
    'Change it with `sops edit`. If nobody changed it by hand, find out who did.',
  );
