import { TextField } from '../../components/text-field.tsx';

/** Who one is in a directory, and the proof. `kept`: the browser may keep it, and offers what it has. */
export const DirectoryFields = ({
  title,
  kept,
  name,
  password,
  onName,
  onPassword,
}: {
  title: string;
  kept: boolean;
  name: string;
  password: string;
  onName: (next: string) => void;
  onPassword: (next: string) => void;
}) => (
  <>
    <TextField
      label={`Name in ${title}`}
      autoComplete={kept ? 'username' : 'off'}
      autoCapitalize="none"
      spellCheck={false}
      value={name}
      onChange={onName}
    />
    <TextField
      label={`Password of ${title}`}
      type="password"
      autoComplete={kept ? 'current-password' : 'off'}
      value={password}
      onChange={onPassword}
    />
  </>
);
