// The ways in which a secret could get out: where its value comes from × where a step reads it × how the step betrays it.
import type { Json, JsonObject } from '@millrace/core';

/** Where values come from; `worker` is the environment of the worker alone. */
export const origins = [
  'worker',
  'environment',
  'file',
  'store',
  'folder',
  'sops',
  'vault',
  'kubernetes',
  'aws',
  'gcp',
  'azure',
] as const;
export type Origin = (typeof origins)[number];

/** With what encodings change, and on two lines; of a length that no base64 pads. */
export const secretOf = (origin: Origin): string => `hunter2-${origin} "q"/+&<b> é\nsecond-line-of-${origin}-hunter2`;

/** As a source has it, in names that all of them take. */
export const nameOf = (origin: Origin): string => `s_${origin}`;
export const fieldsNameOf = (origin: Origin): string => `f_${origin}`;
export const fieldsOf = (origin: Origin): JsonObject => ({ password: secretOf(origin), about: 'nothing secret' });

/** Where a step reads it. Each puts it into the variable V, from which all scripts go on. */
const uses = {
  body: (origin) => ({ start: `V="{{ secrets.${nameOf(origin)} }}"`, action: {}, step: {} }),
  action_env: (origin) => ({ start: '', action: { env: { V: `{{ secrets.${nameOf(origin)} }}` } }, step: {} }),
  step_env: (origin) => ({ start: '', action: {}, step: { env: { V: `{{ secrets.${nameOf(origin)} }}` } } }),
  input: (origin) => ({
    start: 'V="{{ input.of }}"',
    action: { input: { of: { type: 'text', required: true } } },
    step: { input: { of: `{{ secrets.${nameOf(origin)} }}` } },
  }),
  connection: (origin) => ({ start: `V="{{ connections.c_${origin}.password }}"`, action: {}, step: {} }),
  field: (origin) => ({
    start: '',
    action: { env: { V: `{{ secrets.${fieldsNameOf(origin)}.password }}` } },
    step: {},
  }),
} as const satisfies Record<
  string,
  (origin: Origin) => Readonly<{ start: string; action: JsonObject; step: JsonObject }>
>;

/** Functions of a shell that write V in other forms, by what programs do. */
const functions = String.raw`
whole() { sed -e ':a' -e '$!{N;ba' -e '}' "$@"; }
json() { printf '%s' "$V" | whole -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/\n/\\n/g'; }
url() { printf '%s' "$V" | whole -e 's/%/%25/g' -e 's/ /%20/g' -e 's/"/%22/g' -e 's,/,%2F,g' -e 's/+/%2B/g' -e 's/&/%26/g' -e 's/</%3C/g' -e 's/>/%3E/g' -e 's/é/%C3%A9/g' -e 's/\n/%0A/g'; }
html() { printf '%s' "$V" | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' -e 's/"/\&quot;/g'; }
b64() { printf '%s' "$1$V" | base64 | tr -d '\n'; }
hex() { printf '%s' "$V" | od -An -v -tx1 | tr -d ' \n'; }
`;

/** What a step says, each on a line of its own. */
const sayings = {
  plain: `printf '%s' "$V"`,
  pieces: `head="\${V%?????????}"; printf '%s' "$head"; sleep 0.02; printf '%s' "\${V#"$head"}"`,
  json: 'json',
  url: 'url',
  html: 'html',
  base64: 'b64 ""',
  base64_lines: `printf '%s' "$V" | base64`,
  base64_behind: 'b64 x',
  base64_behind_two: 'b64 xy',
  base64url: `b64 "" | tr '+/' '-_'`,
  hex: 'hex',
  capital_hex: `hex | tr 'a-f' 'A-F'`,
  second_line: `printf '%s' "$V" | tail -n 1`,
  on_stderr: `printf '%s' "$V" >&2`,
  traced: `sh -xc ': "$1"' sh "$V"`,
} as const;

const says = Object.entries(sayings).map(([name, command]) =>
  name === 'on_stderr'
    ? `printf 'way ${name}: ' >&2; ${command}; echo >&2`
    : `printf 'way ${name}: '; ${command}; echo`,
);

/** How a step betrays what it knows: in its log and by a line of output, in its output, in its error. */
const scripts = {
  says: [...says, `printf 'OUTPUT: "%s"\\n' "$(json)"`],
  gives: [
    `printf '{"value": "%s", "deep": [{"%s": 1}], "b64": "%s", "url": "%s"}' "$(json)" "$(json)" "$(b64 '')" "$(url)" > "$MILLRACE_OUTPUT"`,
  ],
  fails: [`printf 'it said %s' "$V" >&2; exit 3`],
} as const;

export const logWays = Object.keys(sayings);
export const shellWays = origins.length * Object.keys(uses).length * (logWays.length + 1 + 4 + 1);
const httpBodies = ['header', 'address', 'body', 'unreachable'] as const;
export const httpWays = (origins.length - 1) * httpBodies.length;

/** What else a workspace has for an origin. */
type More = Readonly<Record<'actions' | 'steps' | 'workflows' | 'hooks', (origin: Origin) => JsonObject>>;

/** One workflow for each origin; `echo` answers with what it was sent. */
export function workspaceOf(echo: string, more: More): JsonObject {
  const names = origins.flatMap((origin) => [nameOf(origin), fieldsNameOf(origin)]);
  const connections = origins.map((origin) => [
    `c_${origin}`,
    { values: { host: 'db.example.org', password: `{{ secrets.${nameOf(origin)} }}` } },
  ]);
  return {
    secrets: Object.fromEntries(names.map((name) => [name, null])),
    connections: Object.fromEntries(connections),
    actions: {
      ...Object.fromEntries(origins.flatMap((origin) => stepsOf(origin, (_step, action) => action))),
      ...Object.assign({}, ...origins.map(more.actions)),
    },
    workflows: {
      ...Object.fromEntries(
        origins.map((origin) => {
          const steps = { ...Object.fromEntries(stepsOf(origin, (step) => step)), ...httpSteps(origin, echo) };
          return [`w_${origin}`, { ...more.hooks(origin), steps: { ...steps, ...more.steps(origin) } }];
        }),
      ),
      ...Object.assign({}, ...origins.map(more.workflows)),
    },
  };
}

function stepsOf(
  origin: Origin,
  choose: (step: JsonObject, action: JsonObject) => JsonObject,
): readonly (readonly [string, JsonObject])[] {
  return Object.entries(uses).flatMap(([use, make]) => {
    const { start, action, step } = make(origin) as ReturnType<(typeof uses)['body']>;
    return Object.entries(scripts).map(([kind, lines]) => {
      const name = `${use}_${kind}_${origin}`;
      const cmd = [functions, start, ...lines].join('\n');
      return [name, choose({ action: name, ...step }, { type: 'shell', cmd, ...action })] as const;
    });
  });
}

/** Steps that the server itself executes, which does not know what only the worker has. */
function httpSteps(origin: Origin, echo: string): JsonObject {
  if (origin === 'worker') return {};
  const secret = `{{ secrets.${nameOf(origin)} }}`;
  const sent = (body: JsonObject): Json => ({ type: 'http', method: 'POST', ...body });
  return {
    header: sent({ url: echo, headers: { 'x-key': `{{ secrets.${nameOf(origin)} | base64 }}` } }),
    address: sent({ url: `${echo}/?key={{ secrets.${nameOf(origin)} | url_encode }}` }),
    body: sent({ url: echo, body: { key: secret, user: 'ada' } }),
    unreachable: sent({ url: `http://127.0.0.1:1/?key={{ secrets.${nameOf(origin)} | url_encode }}` }),
  };
}
