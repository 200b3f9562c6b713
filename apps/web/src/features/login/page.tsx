import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useMe } from '../../api/use-me.ts';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/text-field.tsx';
import { WayFrame } from '../sign-in/way-frame.tsx';
import { LoginAsked } from './login-asked.tsx';
import type { LoginAnswered } from './search.ts';

/** `/login`: somebody's command line wants to work as whoever opens this page. */
export function LoginPage() {
  const { request, answered } = useSearch({ from: '/login' });
  const [typed, setTyped] = useState<string | null>(null);
  const [done, setDone] = useState<LoginAnswered | null>(null);
  const how = answered ?? done;
  const code = request ?? typed;
  return (
    <WayFrame
      heading={<h1 className="font-semibold text-xl">{how === null ? 'Let a command line in' : titles[how]}</h1>}
    >
      {how !== null ? (
        <p role="status" className="text-sm">
          {texts[how]}
        </p>
      ) : code === null ? (
        <CodeForm onCode={setTyped} />
      ) : (
        <LoginAsked code={code} onAnswered={setDone} onAnother={request === undefined ? () => setTyped(null) : null} />
      )}
    </WayFrame>
  );
}

const titles: Readonly<Record<LoginAnswered, string>> = {
  allowed: 'The command line is in',
  refused: 'The command line stays out',
  failed: 'The login came to nothing',
};
const texts: Readonly<Record<LoginAnswered, string>> = {
  allowed: 'It works as you from now on. Your account lists its session, and ends it. You can close this page.',
  refused: 'It got nothing. You can close this page.',
  failed: 'The command line says why. You can close this page, and begin again there.',
};

function CodeForm({ onCode }: { onCode: (code: string) => void }) {
  const me = useMe();
  const [code, setCode] = useState('');
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        onCode(code);
      }}
    >
      <p className="text-soft text-sm">
        Type the code that <code>millrace login</code> shows on your own screen. A code that somebody sent you would let
        him work as you.
      </p>
      <TextField
        label="Code"
        placeholder="XXXX-XXXX"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        autoFocus
        value={code}
        onChange={setCode}
      />
      <Button type="submit" look="primary" className="w-full" disabled={code.trim() === '' || me === undefined}>
        Go on
      </Button>
    </form>
  );
}
