import { describe, expect, test } from 'vitest';
import { routeList } from '../routes.ts';
import { openApiDocument } from './openapi-document.ts';

const document = openApiDocument('1.2.3');
const text = JSON.stringify(document);

type Operation = Readonly<{
  operationId: string;
  parameters?: readonly Readonly<{ name: string; in: string; required: boolean }>[];
  responses: Readonly<Record<string, Readonly<{ description: string }>>>;
  security: unknown;
}>;
const operation = (path: string, method: string) => document.paths[path]?.[method] as Operation | undefined;

describe('the OpenAPI document', () => {
  test('has every route, under its own operation id', () => {
    const ids = routeList.map((spec) => operation(spec.path, spec.method.toLowerCase())?.operationId);
    expect(ids).toEqual(routeList.map((spec) => spec.operationId));
    expect(new Set(ids).size).toBe(ids.length);
    const count = Object.values(document.paths).reduce((sum, methods) => sum + Object.keys(methods).length, 0);
    expect(count).toBe(routeList.length);
  });

  test('has no reference that leads nowhere', () => {
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference ?? '');
    expect(references.length).toBeGreaterThan(50);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(references.filter((reference) => !known.includes(reference))).toEqual([]);
    expect(text).not.toContain('$defs');
  });

  test('declares each parameter of a path as required', () => {
    for (const spec of routeList) {
      const declared = (operation(spec.path, spec.method.toLowerCase())?.parameters ?? [])
        .filter((parameter) => parameter.in === 'path' && parameter.required)
        .map((parameter) => parameter.name);
      expect(declared.sort()).toEqual([...spec.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
    }
  });

  test('says which query parameters may be left out', () => {
    const parameters = operation('/api/v1/runs', 'get')?.parameters ?? [];
    expect(parameters.length).toBeGreaterThan(8);
    expect(parameters.filter((parameter) => parameter.required)).toEqual([]);
  });

  test('describes every answer, the errors with the envelope', () => {
    for (const spec of routeList) {
      const responses = operation(spec.path, spec.method.toLowerCase())?.responses ?? {};
      expect(Object.keys(responses)).toContain('500');
      for (const response of Object.values(responses)) expect(response.description).not.toBe('');
    }
    expect(operation('/api/v1/runs/{run}', 'get')?.responses['404']).toEqual({
      description: '`run_not_found`',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    });
  });

  test('names the permission that an operation needs, and that it may be refused', () => {
    const guarded = routeList.filter((spec) => spec.access === 'api' && spec.needs !== null);
    for (const spec of guarded) {
      const found = operation(spec.path, spec.method.toLowerCase());
      expect(found).toMatchObject({ 'x-permission': spec.needs, responses: { 403: expect.anything() } });
    }
    expect(guarded.length).toBeGreaterThan(80);
    expect(operation('/api/v1/me', 'get')).not.toHaveProperty('x-permission');
    expect(operation('/api/v1/sign-in', 'post')?.security).toEqual([]);
  });

  test('keeps a field called id, and drops the ids of schemas', () => {
    const run = document.components.schemas.RunSummary as { properties: Record<string, unknown>; id?: unknown };
    expect(run.properties.id).toEqual({ type: 'string' });
    expect(run.id).toBeUndefined();
  });

  test('leaves answers open for fields of later versions, and requests closed', () => {
    expect(document.components.schemas.Liveness).not.toHaveProperty('additionalProperties');
    expect(document.components.schemas.Subscription).toHaveProperty('additionalProperties', false);
  });
});
