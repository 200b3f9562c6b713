import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstBeyond, firstNotHeld, includesScopes } from './cover.ts';
import type { Grant, PermissionObject, Selector } from './grant.ts';
import type { PermissionPattern } from './permission.ts';
import { type Authority, isAllowed } from './reach.ts';
import { builtInRoles } from './roles.ts';

const allow = (permission: PermissionPattern, where: Selector = {}): Grant => ({ effect: 'allow', permission, where });
const deny = (permission: PermissionPattern, where: Selector = {}): Grant => ({ effect: 'deny', permission, where });
const having = (grants: readonly Grant[], where: Selector = {}, actor = 'ada'): Authority => ({
  actor,
  roles: [{ role: { name: 'r', description: '', grants }, where }],
  scopes: null,
});
const builtIn = (name: string): readonly Grant[] => builtInRoles.find((role) => role.name === name)?.grants ?? [];

describe('somebody may do all that another may', () => {
  it('when he is an administrator, and whoever has nothing is below everybody', () => {
    const admin = having(builtIn('admin'));
    for (const { grants } of builtInRoles) expect(firstBeyond(admin, having(grants))).toBeNull();
    expect(firstBeyond(having([]), having([]))).toBeNull();
    expect(firstBeyond(having(builtIn('viewer')), having(builtIn('operator')))).toBe('workflow:start');
    expect(firstBeyond(having(builtIn('operator')), admin)).toBe('workspace:change');
  });

  it('in the same places, or in more', () => {
    const inShop = having([allow('run:*')], { workspace: 'shop*' });
    expect(firstBeyond(inShop, having([allow('run:read', { workspace: 'shop-eu' })]))).toBeNull();
    expect(firstBeyond(inShop, having([allow('run:read', { workspace: 'shop-*', name: 'x' })]))).toBeNull();
    expect(firstBeyond(inShop, having([allow('run:read', { workspace: 's*' })]))).toBe('run:read');
    expect(firstBeyond(inShop, having([allow('run:read', { name: 'shop' })]))).toBe('run:read');
    expect(firstBeyond(inShop, having([allow('run:read')]))).toBe('run:read');
  });

  it('in the same folders, or in those above them', () => {
    const inEtl = having([allow('run:*')], { folder: 'etl' });
    expect(firstBeyond(inEtl, having([allow('run:read', { folder: 'etl' })]))).toBeNull();
    expect(firstBeyond(inEtl, having([allow('run:read', { folder: 'etl/nightly', workspace: 'shop' })]))).toBeNull();
    expect(firstBeyond(inEtl, having([allow('run:read', { folder: 'etl-old' })]))).toBe('run:read');
    expect(firstBeyond(inEtl, having([allow('run:read')]))).toBe('run:read');
    const notInWeb = having([allow('*'), deny('*', { folder: 'web' })]);
    expect(firstBeyond(notInWeb, having([allow('run:read', { folder: 'etl' })]))).toBeNull();
    expect(firstBeyond(notInWeb, having([allow('run:read', { folder: 'web/shop' })]))).toBe('run:read');
    expect(firstBeyond(notInWeb, having([allow('run:read', { name: 'x' })]))).toBe('run:read');
  });

  it('unless a denial keeps him from it that does not keep the other', () => {
    const most = [allow('*'), deny('secret:*', { workspace: 'prod' })];
    const limited = having(most);
    expect(firstBeyond(limited, having([allow('secret:read', { workspace: 'shop' })]))).toBeNull();
    expect(firstBeyond(limited, having([allow('secret:read', { workspace: 'p*' })]))).toBe('secret:read');
    expect(firstBeyond(limited, having([allow('*')]))).toBe('secret:read');
    expect(firstBeyond(limited, having(most, {}, 'bob'))).toBeNull();
  });

  it('where `own` means each of them', () => {
    const own = [allow('run:control', { own: true })];
    expect(firstBeyond(having(own), having(own))).toBeNull();
    expect(firstBeyond(having(own), having(own, {}, 'bob'))).toBe('run:control');
    expect(firstBeyond(having([allow('run:*')]), having(own, {}, 'bob'))).toBeNull();
  });

  it('with a key within its scopes only', () => {
    const keyed: Authority = { ...having([allow('*')]), scopes: [allow('run:*')] };
    expect(firstBeyond(keyed, having([allow('run:read')]))).toBeNull();
    expect(firstBeyond(keyed, having([allow('log:read')]))).toBe('log:read');
    expect(firstBeyond(having([allow('run:*')]), keyed)).toBeNull();
  });
});

describe('a role', () => {
  it('is held with what it allows and what it denies', () => {
    const shop = having([allow('run:*')], { workspace: 'shop' });
    expect(firstNotHeld(shop, [allow('run:read')], { workspace: 'shop' }, 'bob')).toBeNull();
    expect(firstNotHeld(shop, [allow('run:read')], {}, 'bob')).toBe('run:read');
    expect(firstNotHeld(shop, [deny('run:control')], { workspace: 'shop' }, 'bob')).toBeNull();
    expect(firstNotHeld(shop, [deny('secret:*')], { workspace: 'shop' }, 'bob')).toBe('secret:read');
  });
});

describe('scopes', () => {
  it.each<[readonly Grant[] | null, readonly Grant[] | null, boolean]>([
    [null, null, true],
    [null, [allow('*')], true],
    [[allow('*')], null, false],
    [[allow('run:*')], [allow('run:read', { own: true })], true],
    [[allow('run:*', { own: true })], [allow('run:read', { own: true })], true],
    [[allow('run:*', { own: true })], [allow('run:read')], false],
    [[allow('run:read')], [allow('log:read')], false],
    [[allow('*'), deny('secret:*')], [allow('*')], false],
    [[allow('*'), deny('secret:*')], [allow('*'), deny('secret:*')], true],
    [[], [], true],
  ])('%j include %j: %j', (outer, inner, expected) => {
    expect(includesScopes(outer, inner)).toBe(expected);
  });
});

describe('what is said to be included', () => {
  const text = fc.constantFrom('shop', 'shop-eu', 'lab', 'sh*', '*', '*-eu', 's*p', 'l*b*');
  const selector = fc.record(
    {
      workspace: text,
      name: text,
      folder: fc.constantFrom('etl', 'etl/nightly', 'etlx', 'web'),
      label: fc.constantFrom('x', 'y'),
      own: fc.constant(true as const),
    },
    { requiredKeys: [] },
  );
  const grants = fc.array(
    fc.record({
      effect: fc.constantFrom('allow', 'allow', 'deny'),
      permission: fc.constantFrom<PermissionPattern[]>('*', 'run:*', 'run:read', '*:read'),
      where: selector,
    }) as fc.Arbitrary<Grant>,
    { maxLength: 4 },
  );
  const authority = fc.record({
    actor: fc.constantFrom('ada', 'bob'),
    roles: fc.array(
      fc.record({ role: grants.map((own) => ({ name: 'r', description: '', grants: own })), where: selector }),
      { maxLength: 3 },
    ),
    scopes: fc.option(grants, { nil: null, freq: 3 }),
  }) as fc.Arbitrary<Authority>;
  const place = fc.constantFrom('shop', 'shop-eu', 'lab', 'lxb', 'sp', null);
  const object: fc.Arbitrary<PermissionObject> = fc.record({
    workspace: place,
    name: place,
    folder: fc.constantFrom('etl', 'etl/nightly', 'etl/nightly/old', 'etlx', 'web', null),
    labels: fc.subarray(['x', 'y']),
    owner: fc.constantFrom('ada', 'bob', null),
  });

  it('is: nothing is allowed by the inner that the outer is refused', () => {
    let included = 0;
    fc.assert(
      fc.property(authority, authority, fc.array(object, { minLength: 8, maxLength: 8 }), (outer, inner, objects) => {
        if (firstBeyond(outer, inner) !== null) return;
        included += 1;
        for (const permission of ['run:read', 'run:control', 'log:read'] as const) {
          for (const one of objects) {
            if (isAllowed(inner, permission, one)) expect(isAllowed(outer, permission, one)).toBe(true);
          }
        }
      }),
      { numRuns: 800 },
    );
    // Also where something is there to be included.
    expect(included).toBeGreaterThan(50);
  });

  it('is everything that somebody has himself', () => {
    fc.assert(
      fc.property(authority, (one) => {
        expect(firstBeyond(one, one)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});
