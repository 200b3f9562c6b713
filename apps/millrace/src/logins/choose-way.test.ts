import type { SignInWays } from '@millrace/api';
import { describe, expect, it } from 'vitest';
import { chooseWay, describeWays, type Wishes } from './choose-way.ts';

const company = { name: 'company', title: 'Company account', kind: 'oidc' } as const;
const directory = { name: 'directory', title: 'Directory', kind: 'ldap' } as const;
const plain: SignInWays = { required: true, password: true, providers: [], set_up_needed: false };
const full: SignInWays = { ...plain, providers: [company, directory] };
const page = { kind: 'browser', provider: null };
const password = { kind: 'password' };

describe('how somebody signs in', () => {
  it.each<[string, SignInWays, Omit<Wishes, 'interactive'>, boolean, object]>([
    ['without providers, by a password', plain, {}, true, password],
    ['with providers, in the browser, which offers all of them', full, {}, true, page],
    ['with a directory only, there too', { ...full, providers: [directory] }, {}, true, page],
    ['in a script, by the password that is piped in', full, {}, false, password],
    ['with a name, by a password', full, { name: 'ada' }, true, password],
    ['by a provider with a page', full, { provider: 'company' }, true, { kind: 'browser', provider: 'company' }],
    ['by a directory', full, { provider: 'directory' }, true, directoryWay()],
    ['by a directory, in the browser', full, { provider: 'directory', browser: true }, true, page],
    ['in a browser elsewhere', plain, { browser: false }, true, page],
    ['not at all, where nobody is asked', { ...plain, required: false }, {}, true, { kind: 'nobody_asks' }],
    ['all the same there, with a name', { ...plain, required: false }, { name: 'ada' }, true, password],
  ])('is chosen: %s', (_, ways, wishes, interactive, expected) => {
    expect(chooseWay(ways, { ...wishes, interactive })).toEqual(expected);
  });

  it('is refused for a provider that there is not, with those that there are', () => {
    const choose = (ways: SignInWays) => () => chooseWay(ways, { provider: 'other', interactive: true });
    expect(choose(full)).toThrow('The server lets nobody sign in by "other".');
    expect(choose(full)).toThrow(expect.objectContaining({ hint: 'There are: company, directory.' }));
    expect(choose(plain)).toThrow(expect.objectContaining({ hint: expect.stringContaining('It has no providers') }));
  });

  it('is told, a line for each', () => {
    expect(describeWays(full)).toEqual([
      'Company account: by a browser (--provider company)',
      'Directory: name and password of the directory (--provider directory)',
      'name and password of this server (--name NAME)',
    ]);
  });
});

function directoryWay() {
  return { kind: 'directory', provider: 'directory', title: 'Directory' };
}
