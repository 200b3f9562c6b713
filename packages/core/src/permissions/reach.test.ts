import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Grant, matchesPattern, namedObject, type Selector } from './grant.ts';
import { isPermissionPattern, meansPermission, type Permission, permissions } from './permission.ts';
import { type Authority, isAllowed, isEmptyReach, isUnlimitedReach, reachOf } from './reach.ts';
import { builtInRoles } from './roles.ts';

const grant = (effect: Grant['effect'], permission: Grant['permission'], where: Selector = {}): Grant => ({
  effect,
  permission,
  where,
});
const having = (grants: readonly Grant[], where: Selector = {}, scopes: readonly Grant[] | null = null): Authority => ({
  actor: 'ada',
  roles: [{ role: { name: 'r', description: '', grants }, where }],
  scopes,
});
const shop = namedObject('shop', 'release');
const lab = namedObject('lab', 'release');

describe('somebody', () => {
  it('without roles may do nothing', () => {
    for (const permission of permissions) {
      const reach = reachOf({ actor: 'ada', roles: [], scopes: null }, permission);
      expect(isEmptyReach(reach)).toBe(true);
    }
  });

  it('may do what one of his grants allows, unless another denies it', () => {
    const authority = having([grant('allow', '*:read'), grant('deny', 'run:*', { workspace: 'lab' })]);
    expect(isAllowed(authority, 'run:read', shop)).toBe(true);
    expect(isAllowed(authority, 'run:read', lab)).toBe(false);
    expect(isAllowed(authority, 'log:read', lab)).toBe(true);
    expect(isAllowed(authority, 'run:control', shop)).toBe(false);
  });

  it('has a role only where it is bound', () => {
    const authority = having([grant('allow', 'run:read', { name: 're*' })], { workspace: 'shop' });
    expect(isAllowed(authority, 'run:read', shop)).toBe(true);
    expect(isAllowed(authority, 'run:read', lab)).toBe(false);
    expect(isAllowed(authority, 'run:read', namedObject('shop', 'build'))).toBe(false);
    expect(isAllowed(authority, 'run:read', namedObject(null, null))).toBe(false);
  });

  it('is denied where a binding denies, and nowhere else', () => {
    const deny = { role: { name: 'd', description: '', grants: [grant('deny', '*')] }, where: { workspace: 'lab' } };
    const authority: Authority = {
      ...having([grant('allow', '*')]),
      roles: [...having([grant('allow', '*')]).roles, deny],
    };
    expect(isAllowed(authority, 'secret:change', shop)).toBe(true);
    expect(isAllowed(authority, 'secret:change', lab)).toBe(false);
    expect(isUnlimitedReach(reachOf(authority, 'run:read'))).toBe(false);
  });

  it('finds what is his own, and what has a label', () => {
    const authority = having([
      grant('allow', 'run:control', { own: true }),
      grant('allow', 'run:control', { label: 'x' }),
    ]);
    expect(isAllowed(authority, 'run:control', { ...shop, owner: 'ada' })).toBe(true);
    expect(isAllowed(authority, 'run:control', { ...shop, owner: 'bob' })).toBe(false);
    expect(isAllowed(authority, 'run:control', shop)).toBe(false);
    expect(isAllowed(authority, 'run:control', { ...shop, labels: ['x'] })).toBe(true);
  });

  it('finds what is in a folder, and in those below, and nothing that is in none', () => {
    const authority = having([
      grant('allow', 'run:*', { folder: 'etl' }),
      grant('deny', 'run:control', { folder: 'etl/b' }),
    ]);
    const at = (folder: string | null) => ({ ...shop, folder });
    for (const folder of ['etl', 'etl/a', 'etl/a/c', 'etl/b/c', 'etl/bc'])
      expect(isAllowed(authority, 'run:read', at(folder))).toBe(true);
    for (const folder of ['etl2', 'a/etl', 'et', '', null])
      expect(isAllowed(authority, 'run:read', at(folder))).toBe(false);
    expect(
      ['etl', 'etl/bc', 'etl/b', 'etl/b/c'].map((folder) => isAllowed(authority, 'run:control', at(folder))),
    ).toEqual([...[true, true], ...[false, false]]);
  });

  it('may do no more with a key than without, and less where its scopes say less', () => {
    const authority = having([grant('allow', 'run:*')], {}, [grant('allow', '*', { workspace: 'shop' })]);
    expect(isAllowed(authority, 'run:read', shop)).toBe(true);
    expect(isAllowed(authority, 'run:read', lab)).toBe(false);
    expect(isAllowed(authority, 'secret:read', shop)).toBe(false);
    expect(isAllowed(having([grant('allow', 'run:*')], {}, []), 'run:read', shop)).toBe(false);
  });
});

describe('built-in roles', () => {
  const may = (name: string): readonly Permission[] => {
    const role = builtInRoles.find((one) => one.name === name);
    if (role === undefined) throw new Error(`There is no role ${name}.`);
    return permissions.filter((permission) =>
      isUnlimitedReach(reachOf({ actor: 'ada', roles: [{ role, where: {} }], scopes: null }, permission)),
    );
  };
  const looking = may('viewer');

  it('admin may do everything', () => {
    expect(may('admin')).toEqual(permissions);
  });

  it('viewer only reads, and neither secrets nor people', () => {
    expect(looking.every((permission) => permission.endsWith(':read'))).toBe(true);
    for (const noun of ['secret', 'user', 'role', 'api_key', 'audit', 'metrics'])
      expect(looking).not.toContain(`${noun}:read`);
  });

  it('every other one looks, and does what it is named for', () => {
    const beyond = (name: string) => may(name).filter((permission) => !looking.includes(permission));
    for (const name of ['operator', 'author', 'approver'])
      expect(may(name)).toEqual(expect.arrayContaining([...looking]));
    expect(beyond('approver')).toEqual(['approval:answer']);
    expect(beyond('operator')).not.toContain('secret:change');
    expect(beyond('author')).toContain('secret:change');
    for (const name of ['operator', 'author']) {
      expect(beyond(name)).toContain('workflow:start');
      expect(beyond(name)).not.toContain('approval:answer');
      expect(beyond(name).some((permission) => /^(user|role|api_key|audit):/.test(permission))).toBe(false);
    }
  });
});

describe('patterns', () => {
  it.each([
    ['run:read', true],
    ['run:*', true],
    ['*:read', true],
    ['*', true],
    ['run:fly', false],
    ['*:fly', false],
    ['bird:*', false],
    ['', false],
    ['limit:start', false],
  ])('%j means a permission: %j', (text, expected) => {
    expect(isPermissionPattern(text)).toBe(expected);
    if (isPermissionPattern(text)) expect(permissions.some((one) => meansPermission(text, one))).toBe(true);
  });

  it('of names match as a regular expression would', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 6 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 6 }), (pattern, text) => {
        const source = pattern
          .split('*')
          .map((part) => part.replaceAll('.', '\\.'))
          .join('.*');
        expect(matchesPattern(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
      { numRuns: 2000 },
    );
  });
});
