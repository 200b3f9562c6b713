/**
 * Why a source gave nothing. `unavailable` passes by itself (it is away, slow, asked too often); `refused` needs somebody to
 * mend something (credentials, permissions, the configuration). Texts never have a value in them.
 */
export class SourceFailure extends Error {
  readonly kind: 'unavailable' | 'refused';
  readonly hint: string;

  constructor(kind: SourceFailure['kind'], message: string, hint: string) {
    super(message);
    this.name = 'SourceFailure';
    this.kind = kind;
    this.hint = hint;
  }
}
