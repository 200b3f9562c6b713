/** An outside service that wraps keys, reduced to what differs. */
export type KeyService = Readonly<{
  /** What it is and where, for people: `AWS KMS, eu-central-1, alias/millrace`. */
  place: string;
  /** The bytes of a key that it has wrapped. Throws a `SourceFailure`, whose text never has anything of a key in it. */
  unwrap(wrapped: string): Promise<Uint8Array>;
}>;
