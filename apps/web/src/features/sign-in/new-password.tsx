import { TextField } from '../../components/text-field.tsx';

/** A password and the same once more; what the server wants of one, it says itself. */
export function NewPassword({
  password,
  again,
  onChange,
}: {
  password: string;
  again: string;
  onChange: (next: Readonly<{ password: string; again: string }>) => void;
}) {
  return (
    <>
      <TextField
        label="New password"
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={(next) => onChange({ password: next, again })}
      />
      <TextField
        label="The same again"
        type="password"
        autoComplete="new-password"
        value={again}
        onChange={(next) => onChange({ password, again: next })}
        error={again !== '' && !password.startsWith(again) ? 'It is not the same.' : null}
      />
    </>
  );
}
