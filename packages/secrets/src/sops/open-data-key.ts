import { SourceFailure } from '../source-failure.ts';

/** The key that the values of a SOPS file are encrypted with. Throws a `SourceFailure` when no identity opens it. */
export async function openDataKey(sops: ReadonlyMap<unknown, unknown>, identities: string): Promise<Uint8Array> {
  const recipients = sops.get('age');
  const sealed = Array.isArray(recipients) ? recipients.flatMap((one: unknown) => sealedKey(one) ?? []) : [];
  if (sealed.length === 0) {
    const message = 'the file is encrypted for no age recipient.';
    const hint = sops.has('key_groups')
      ? 'Groups of keys are not known: encrypt it for age recipients alone.'
      : 'Encrypt it for one: sops encrypt --age age1… FILE. Other kinds of keys are not known.';
    throw new SourceFailure('refused', message, hint);
  }
  // Loaded when the first file is opened: most servers have none.
  const { armor, Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const identity of linesOf(identities)) {
    try {
      decrypter.addIdentity(identity);
    } catch {
      throw new SourceFailure(
        'refused',
        'the age key is none.',
        'Make one: age-keygen. Each line is AGE-SECRET-KEY-1….',
      );
    }
  }
  for (const one of sealed) {
    const key = await decrypter.decrypt(armor.decode(one)).catch(() => null);
    if (key !== null) return key;
  }
  throw new SourceFailure(
    'refused',
    'the age key does not open the file.',
    'Give the key of one of its recipients, or add this one: sops updatekeys FILE.',
  );
}

const sealedKey = (recipient: unknown): string | null => {
  const sealed = recipient instanceof Map ? (recipient.get('enc') as unknown) : null;
  return typeof sealed === 'string' ? sealed : null;
};

/** As `age-keygen` writes them, with remarks between. */
const linesOf = (text: string): readonly string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
