import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { pollMs } from '../../api/query-client.ts';
import { readToken, storeToken } from '../../api/token.ts';
import { useMe } from '../../api/use-me.ts';
import { isAccount, storeMyName, useMyName } from '../../app/my-name.ts';
import { Button } from '../../components/button.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { linkClass, textLinkClass } from '../../components/link-class.ts';
import { Mark } from '../../components/mark.tsx';
import { Page, Section } from '../../components/page.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { TextField } from '../../components/text-field.tsx';
import { useToast } from '../../components/toast.tsx';
import { Retention } from './retention.tsx';

/** The server that this is, and what this browser keeps. */
export function SettingsPage() {
  return (
    <Page title="Settings">
      <About />
      <Retention />
      <Section title="You">
        <You />
      </Section>
      <Section title="For programs">
        <ul className="space-y-2 p-4 text-sm">
          <li>
            <Link to="/api-reference" className={linkClass}>
              API reference
            </Link>
          </li>
          <li>
            <a href="/openapi.json" className={linkClass}>
              OpenAPI document
            </a>
          </li>
        </ul>
      </Section>
    </Page>
  );
}

function About() {
  const live = useQuery({ queryKey: ['system', 'live'], queryFn: ({ signal }) => api.system.live({ signal }) });
  // Not being ready is an answer here, and comes as an error.
  const ready = useQuery({
    queryKey: ['system', 'ready'],
    queryFn: ({ signal }) => api.system.ready({ signal }),
    retry: false,
    refetchInterval: pollMs,
  });
  return (
    <Section title="Server">
      <QueryView query={live} what="the server" skeletonRows={1}>
        {({ version }) => (
          <div className="p-4">
            <Facts>
              <Fact name="Version">{version}</Fact>
              <Fact name="Address">{window.location.origin}</Fact>
              <Fact name="State">
                {ready.data?.status === 'ready' ? (
                  <Mark tone="good">ready</Mark>
                ) : ready.error === null ? (
                  <span className="text-soft">being asked</span>
                ) : (
                  <Mark tone="bad">not ready</Mark>
                )}
              </Fact>
            </Facts>
          </div>
        )}
      </QueryView>
    </Section>
  );
}

function You() {
  const me = useMe();
  const name = useMyName();
  const [text, setText] = useState(name);
  const toast = useToast();
  const token = readToken();
  if (isAccount(me)) {
    return (
      <p className="p-4 text-sm">
        You are signed in as {me.display_name}.{' '}
        <Link to="/account" className={textLinkClass}>
          Your account
        </Link>
      </p>
    );
  }
  return (
    <div className="space-y-4 p-4">
      <form
        className="flex max-w-md items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          storeMyName(text.trim());
          toast({ text: text.trim() === '' ? 'Your name is forgotten' : `You are ${text.trim()}` });
        }}
      >
        <div className="flex-1">
          <TextField label="Your name" value={text} onChange={setText} autoComplete="username" />
        </div>
        <Button type="submit" disabled={text.trim() === name}>
          Keep
        </Button>
      </form>
      <p className="max-w-2xl text-soft text-sm">
        Under this name you answer approvals, and whoever looks later sees who enabled, paused or started something.
        This browser keeps it; the server does not check it.
      </p>
      {token === null ? null : (
        <Button
          onClick={() => {
            storeToken(null);
            window.location.reload();
          }}
        >
          Forget the API token
        </Button>
      )}
    </div>
  );
}
