import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { errorCodes } from './errors/error-envelope.ts';
import { liveEventTypes } from './live/live-event.ts';
import { logCompleteHeader, nextOffsetHeader } from './logs/routes.ts';
import { routeList } from './routes.ts';

const guide = readFileSync(new URL('../../../docs/guide/api.md', import.meta.url), 'utf8');

/** `/api/v1/runs/{run}` matches also `/api/v1/runs/1042`, and `$URL` or a query around it. */
const pattern = (path: string): RegExp => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`);

describe('the guide to the API', () => {
  test('mentions every route', () => {
    const missing = routeList
      .map((spec) => `${spec.method} ${spec.path}`)
      .filter((operation) => !guide.includes(`\`${operation}\``));
    expect(missing).toEqual([]);
  });

  test('mentions no route that there is not', () => {
    const operations = [...guide.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^`?\s]*)/g)];
    expect(operations.length).toBeGreaterThanOrEqual(routeList.length);
    const unknown = operations
      .filter(
        ([, method, path]) => !routeList.some((spec) => spec.method === method && pattern(spec.path).test(path ?? '')),
      )
      .map(([operation]) => operation);
    expect(unknown).toEqual([]);
  });

  test('calls in its examples only routes that there are', () => {
    const calls = [...guide.matchAll(/curl[^\n]*(?:\\\n[^\n]*)*/g)].flatMap(([call]) => {
      const [, path] = /\$URL(\/[^\s"'?]*)/.exec(call) ?? [];
      return path === undefined ? [] : [{ method: /-X POST|--json|-d /.test(call) ? 'POST' : 'GET', path }];
    });
    expect(calls.length).toBeGreaterThan(8);
    const unknown = calls.filter(
      ({ method, path }) => !routeList.some((spec) => spec.method === method && pattern(spec.path).test(path)),
    );
    expect(unknown).toEqual([]);
  });

  test('lists every error code, event type and log header', () => {
    const words = [...errorCodes, ...liveEventTypes, nextOffsetHeader, logCompleteHeader];
    expect(words.filter((word) => !guide.includes(`\`${word}\``))).toEqual([]);
  });
});
