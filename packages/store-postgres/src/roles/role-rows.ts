import type { Grant, Role, Selector } from '@millrace/core';
import type { Binding } from '@millrace/engine';

export type RoleRow = Readonly<{ name: string; description: string; grants: string }>;
export type BindingRow = Readonly<{
  subject_kind: Binding['subject']['kind'];
  subject: string;
  role: string;
  place: string;
}>;

export const decodeRole = ({ name, description, grants }: RoleRow): Role => ({
  name,
  description,
  grants: JSON.parse(grants) as readonly Grant[],
});

export const decodeBinding = ({ subject_kind: kind, subject, role, place }: BindingRow): Binding => ({
  subject: { kind, name: subject },
  role,
  where: JSON.parse(place) as Selector,
});
