import type { Account } from '@millrace/engine';

/** Times are numbers where the row comes as JSON. */
export type AccountRow = Readonly<{
  name: string;
  kind: Account['kind'];
  display_name: string;
  email: string | null;
  password_hash: string | null;
  disabled: boolean;
  created_at: string | number;
  created_by: string;
  signed_in_at: string | number | null;
  failures: number;
  locked_until: string | number | null;
}>;

const decodeTime = (time: string | number | null): number | null => (time === null ? null : Number(time));

export const decodeAccount = (row: AccountRow): Account => ({
  name: row.name,
  kind: row.kind,
  displayName: row.display_name,
  email: row.email,
  passwordHash: row.password_hash,
  disabled: row.disabled,
  createdAt: Number(row.created_at),
  createdBy: row.created_by,
  signedInAt: decodeTime(row.signed_in_at),
  failures: row.failures,
  lockedUntil: decodeTime(row.locked_until),
});
