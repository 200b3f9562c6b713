// Ways through what runs beside plain steps: scripts in processes and in forks of a waiting interpreter, items, cached outputs,
// child runs, and hooks that are given what a step said when it failed.
import { spawnSync } from 'node:child_process';
import type { JsonObject } from '@millrace/core';
import { nameOf, type Origin, origins } from './ways.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.warn('There is no python3: secrets are not betrayed by scripts in Python.');

/** What a script says, and how it ends: each line is a way. */
const scripts: Readonly<Record<string, readonly string[]>> = {
  node: [
    "const v = process.env.V; const { writeFileSync } = require('node:fs');",
    "console.log('said plain: ' + v);",
    "console.log('said object:', { v });",
    "console.log('said json: ' + JSON.stringify(JSON.stringify(v)));",
    "for (const part of v.match(/[^]{1,7}/g)) writeFileSync(1, part); writeFileSync(1, '\\n');",
    "console.error('said error: ' + v);",
    'writeFileSync(process.env.MILLRACE_OUTPUT, JSON.stringify({ v, [v]: [v] }));',
    'if (process.env.FAILS) throw new Error(v);',
  ],
  ...(hasPython && {
    python: [
      'import base64, json, os, sys, time',
      "v = os.environ['V']",
      "print('said plain: ' + v)",
      "print('said object:', [v])",
      "print('said json:', json.dumps(json.dumps(v)))",
      'for part in [v[at:at + 7] for at in range(0, len(v), 7)]: sys.stdout.write(part); sys.stdout.flush()',
      "print('said error:', v, file=sys.stderr)",
      "print('said base64:', base64.b64encode(v.encode()).decode())",
      "json.dump({'v': v, v: [v]}, open(os.environ['MILLRACE_OUTPUT'], 'w'))",
      "if os.environ.get('FAILS'): raise ValueError(v)",
    ],
  }),
};
const runtimes = Object.keys(scripts);
/** Lines of a script without those that only prepare. */
const waysOf = (runtime: string): number => (scripts[runtime] ?? []).length - (runtime === 'node' ? 1 : 2);

/** Each script ends well and fails; items and the rest say and give: two ways each, and the hook is one. */
export const moreWays =
  origins.length * (2 * runtimes.reduce((sum, runtime) => sum + waysOf(runtime), 0) + 2 * (2 + 1 + 1) + 1);

export function moreActions(origin: Origin): JsonObject {
  const V = `{{ secrets.${nameOf(origin)} }}`;
  const betray = `printf 'said plain: %s\n' "$V"; printf '%s' "$V" | sed 's/.*/OUTPUT: "&"/'`;
  return {
    ...Object.fromEntries(
      runtimes.map((runtime) => [
        `${runtime}_${origin}`,
        { type: 'script', runtime, code: (scripts[runtime] ?? []).join('\n'), env: { V } },
      ]),
    ),
    [`betray_${origin}`]: { type: 'shell', cmd: betray, env: { V } },
    [`told_${origin}`]: {
      type: 'shell',
      cmd: `printf 'told: %s' "{{ input.text }}"`,
      input: { text: { type: 'text', required: true } },
    },
  };
}

export function moreSteps(origin: Origin): JsonObject {
  return {
    ...Object.fromEntries(
      runtimes.flatMap((runtime) => [
        [`${runtime}_well_${origin}`, { action: `${runtime}_${origin}` }],
        [`${runtime}_badly_${origin}`, { action: `${runtime}_${origin}`, env: { FAILS: 'yes' } }],
      ]),
    ),
    [`items_${origin}`]: { action: `betray_${origin}`, for_each: [1, 2] },
    [`kept_${origin}`]: { action: `betray_${origin}`, cache: { key: origin, ttl: '1h' } },
    [`child_${origin}`]: { action: `child_of_${origin}` },
  };
}

export const moreWorkflows = (origin: Origin): JsonObject => ({
  [`child_of_${origin}`]: { steps: { one: { action: `betray_${origin}` } } },
});

export const hooksOf = (origin: Origin): JsonObject => ({
  on_failure: [{ action: `told_${origin}`, input: { text: '{{ run.error.message }}' } }],
});
