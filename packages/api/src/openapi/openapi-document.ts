import { errorCatalogue } from '@millrace/core';
import type { z } from 'zod';
import type { ResponseSpec, Route } from '../contract/route.ts';
import { errorEnvelope } from '../errors/error-envelope.ts';
import { clientMessage } from '../live/live-event.ts';
import { logLine } from '../logs/routes.ts';
import { routeList } from '../routes.ts';
import { accessCookie } from '../sessions/cookies.ts';
import { createSchemaCollector, type JsonSchema } from './schema-collector.ts';

type Collector = ReturnType<typeof createSchemaCollector>;

export type OpenApiDocument = Readonly<{
  openapi: '3.1.0';
  info: Readonly<Record<string, unknown>>;
  tags: readonly Readonly<{ name: string }>[];
  paths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;
  components: Readonly<{ schemas: Readonly<Record<string, JsonSchema>>; securitySchemes: JsonSchema }>;
}>;

/** The OpenAPI 3.1 document of the table of routes. `version` is that of the program that serves it. */
export function openApiDocument(version: string): OpenApiDocument {
  const collector = createSchemaCollector();
  // Named by descriptions only: what a socket and a log stream carry has no place of its own in OpenAPI.
  collector.describe(clientMessage, 'input');
  collector.describe(logLine, 'output');
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const spec of routeList) {
    paths[spec.path] = { ...paths[spec.path], [spec.method.toLowerCase()]: operation(spec, collector) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Millrace',
      version,
      description: 'Workspaces, workflows, runs, logs and events of a Millrace server, and its worker protocol.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [...new Set(routeList.map((spec) => spec.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: collector.components(),
      securitySchemes: {
        api_token: { type: 'http', scheme: 'bearer', description: "An API key, or the server's API token." },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: accessCookie,
          description: 'Of whoever signed in (over https: `__Host-` before the name).',
        },
        worker_token: { type: 'http', scheme: 'bearer', description: 'Needed where the server has a worker token.' },
      },
    },
  };
}

function operation(spec: Route & Readonly<{ operationId: string }>, collector: Collector): JsonSchema {
  const parameters = [
    ...parametersOf(spec.params, 'path', collector),
    ...parametersOf(spec.query, 'query', collector),
    ...parametersOf(spec.headers, 'header', collector),
  ];
  return {
    operationId: spec.operationId,
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    tags: [spec.tag],
    security: securityOf(spec),
    ...(spec.access === 'api' && spec.needs !== null ? { 'x-permission': spec.needs } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBody(spec, collector),
    responses: { ...goodResponses(spec, collector), ...errorResponses(spec, collector) },
  };
}

/** `{}`: a server that listens to its own machine only may ask for nothing. */
function securityOf({ access }: Route): readonly JsonSchema[] {
  switch (access) {
    case 'public':
      return [];
    case 'worker':
      return [{ worker_token: [] }, {}];
    case 'api':
      return [{ api_token: [] }, { session: [] }, {}];
  }
}

function parametersOf(schema: z.ZodObject | undefined, place: 'path' | 'query' | 'header', collector: Collector) {
  if (schema === undefined) return [];
  return Object.entries(schema.shape).map(([name, field]) => {
    const { description, ...rest } = collector.describe(field as z.ZodType, 'input');
    const required = place === 'path' || !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: place, required, ...(description === undefined ? {} : { description }), schema: rest };
  });
}

function requestBody(spec: Route, collector: Collector): JsonSchema {
  if (spec.bodyType !== undefined) return { requestBody: { required: true, content: { [spec.bodyType]: {} } } };
  if (spec.body === undefined) return {};
  const schema = collector.describe(spec.body, 'input');
  return { requestBody: { required: true, content: { 'application/json': { schema } } } };
}

function goodResponses(spec: Route, collector: Collector): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(spec.responses).map(([status, response]) => [status, describeResponse(response, collector)]),
  );
}

function describeResponse(response: ResponseSpec, collector: Collector): JsonSchema {
  const content = Object.fromEntries([
    ...(response.schema === undefined
      ? []
      : [['application/json', { schema: collector.describe(response.schema, 'output') }]]),
    ...(response.contentTypes ?? []).map((type) => [type, {}]),
  ]);
  const headers = Object.entries(response.headers ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return {
    description: response.description,
    ...(Object.keys(content).length === 0 ? {} : { content }),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
  };
}

/** Errors share a status now and then; the codes stand in the description. A good answer's status is left alone. */
function errorResponses(spec: Route, collector: Collector): Record<string, JsonSchema> {
  const codes = new Set([
    ...spec.errors,
    ...(spec.access === 'public' ? [] : (['unauthorized'] as const)),
    ...(spec.access === 'api' && spec.needs !== null ? (['forbidden'] as const) : []),
    'internal' as const,
  ]);
  const byStatus = Map.groupBy(codes, (code) => errorCatalogue[code].status);
  const schema = collector.describe(errorEnvelope, 'output');
  return Object.fromEntries(
    [...byStatus]
      .filter(([status]) => !(status in spec.responses))
      .map(([status, list]) => [
        String(status),
        { description: list.map((code) => `\`${code}\``).join(', '), content: { 'application/json': { schema } } },
      ]),
  );
}
