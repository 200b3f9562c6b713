import type { SignInWays } from '@millrace/api';
import { MillraceError } from '@millrace/core';

/** How somebody signs in. */
export type Way =
  | Readonly<{ kind: 'password' }>
  | Readonly<{ kind: 'directory'; provider: string; title: string }>
  /** `provider`: to which the browser goes at once; null: the page offers all ways. */
  | Readonly<{ kind: 'browser'; provider: string | null }>
  | Readonly<{ kind: 'nobody_asks' }>;

export type Wishes = Readonly<{
  name?: string;
  provider?: string;
  /** true: by a browser here; false: by one elsewhere. */
  browser?: boolean;
  /** Somebody types, and no password is piped in. */
  interactive: boolean;
}>;

/**
 * What was asked for, else what suits: a browser where providers are set up, since its page offers all of them, else a
 * password. Throws `invalid_request` for a provider that there is not.
 */
export function chooseWay(ways: SignInWays, { name, provider, browser, interactive }: Wishes): Way {
  if (provider !== undefined) {
    const found = ways.providers.find((one) => one.name === provider);
    if (found === undefined) throw noProvider(ways, provider);
    if (found.kind === 'oidc' || browser !== undefined)
      return { kind: 'browser', provider: found.kind === 'oidc' ? provider : null };
    return { kind: 'directory', provider, title: found.title };
  }
  if (browser !== undefined) return { kind: 'browser', provider: null };
  if (name !== undefined || !interactive) return { kind: 'password' };
  if (!ways.required) return { kind: 'nobody_asks' };
  return ways.providers.length === 0 ? { kind: 'password' } : { kind: 'browser', provider: null };
}

/** What the server offers, a line for each. */
export const describeWays = ({ password, providers }: SignInWays): readonly string[] => [
  ...providers.map(({ name, title, kind }) =>
    kind === 'oidc'
      ? `${title}: by a browser (--provider ${name})`
      : `${title}: name and password of the directory (--provider ${name})`,
  ),
  ...(password ? ['name and password of this server (--name NAME)'] : []),
];

const noProvider = ({ providers }: SignInWays, given: string): MillraceError =>
  new MillraceError('invalid_request', `The server lets nobody sign in by ${JSON.stringify(given.slice(0, 100))}.`, {
    hint:
      providers.length === 0
        ? 'It has no providers: sign in with name and password, millrace login --name NAME.'
        : `There are: ${providers.map(({ name }) => name).join(', ')}.`,
  });
