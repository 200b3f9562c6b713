// The page of a run: its views, its panels, its logs.
import { describe, expect, test } from 'vitest';
import { serve } from './support/serve.ts';

const workflows = `workflows:
  release:
    description: Builds, tests and ships.
    input: { version: { type: string, default: "1.0", pattern: '^\\d' }, broken: { type: boolean, default: false } }
    steps:
      fetch: { type: shell, description: Gets the sources., cmd: 'echo fetching; sleep 0.2' }
      compile: { depends_on: [fetch], type: shell, cmd: 'sleep 0.3; echo "OUTPUT: {\\"artifact\\": {\\"name\\": \\"app\\", \\"parts\\": [1, 2, 3]}}"' }
      lint: { depends_on: [fetch], type: shell, cmd: 'sleep 0.1; printf "\\033[32mclean\\033[0m\\n"; echo careful >&2' }
      unit: { depends_on: [compile], for_each: 30, concurrency: 6, type: shell, cmd: 'echo "test {{ item }}"; sleep 0.02' }
      flaky: { depends_on: [compile], type: shell, retry: { attempts: 2, delay: 100ms }, cmd: 'echo trying; exit 1', continue_on_failure: true }
      notify: { depends_on: [unit, lint], type: workflow, workflow: tell, input: { text: "released {{ input.version }}" } }
      check: { depends_on: [notify, flaky], type: shell, cmd: '[ "{{ input.broken }}" = "false" ]' }
      ship: { depends_on: [check], type: shell, cmd: 'echo shipped' }
    output: { version: "{{ input.version }}" }
  tell:
    input: { text: { type: string } }
    steps:
      write: { type: shell, cmd: 'echo "{{ input.text }}"; echo "OUTPUT: {\\"told\\": true}"' }
    output: { told: "{{ steps.write.output.told }}" }
  loop:
    vars: { n: 0 }
    steps:
      begin: { type: shell, cmd: 'true', next: [{ do: turn }] }
      turn:
        type: shell
        cmd: 'echo "turn {{ vars.n }}"'
        next: [{ when: "vars.n < 3", publish: { n: "{{ vars.n + 1 }}" }, do: turn }, { when: "vars.n >= 3", do: [left, right] }]
      left: { type: shell, cmd: 'true', next: [{ do: joined }] }
      right: { type: shell, cmd: 'true', next: [{ do: joined }] }
      joined: { type: shell, join: all, cmd: 'true' }
  ask:
    steps:
      go: { type: approval, prompt: Ship it? }
      after: { depends_on: [go], type: shell, cmd: 'echo on we go' }
  chatty:
    steps:
      talk: { type: shell, cmd: 'for i in $(seq 1 40); do echo "line $i"; sleep 0.1; done' }
`;

const site = serve({ main: { '.workflows/a.yaml': workflows } });

const started = async (workflow: string, input = {}) =>
  (await site.millrace.api.workflows.start('main', workflow, { input })).id;
async function ended(workflow: string, input = {}): Promise<string> {
  const id = await started(workflow, input);
  await site.millrace.api.runs.waitForEnd(id);
  return id;
}
let release: Promise<string> | null = null;
/** A run of `release` that nobody changes: one for all tests that only look at it. */
function released(): Promise<string> {
  release ??= ended('release');
  return release;
}

describe('the graph', () => {
  test('shows how steps hang together and how they stand; choosing one opens its panel', async () => {
    const { page } = site.window;
    const id = await released();
    await page.goto(`/runs/${id}`);
    const graph = page.getByRole('region', { name: 'Graph of the steps' });
    await graph.getByRole('button', { name: /succeeded ship/ }).waitFor();
    await site.window.inspect('run-graph');
    await graph.getByRole('button', { name: /compile/ }).click();
    await page.waitForURL(/step=compile/);
    await page.getByRole('heading', { name: 'compile' }).waitFor();
    await page.getByText('"app"').waitFor();
    await site.window.inspect('run-graph-step');
  });

  test('of a loop leads back, and a join waits for its branches', async () => {
    const { page } = site.window;
    const id = await ended('loop');
    await page.goto(`/runs/${id}`);
    await page.getByRole('button', { name: /succeeded joined/ }).waitFor();
    await page.getByText('×4').waitFor();
    await site.window.inspect('run-loop');
    await page.getByRole('heading', { name: 'Variables' }).waitFor();
  });
});

test('the graph of a workflow is there before its first run, and tells what is planned of a step', async () => {
  const { page } = site.window;
  await page.goto('/workflows/main/release?view=graph');
  await page.getByRole('button', { name: /unit/ }).click();
  await page.getByText('30 items').waitFor();
  await site.window.inspect('workflow-graph');
});

describe('the timeline', () => {
  test('shows waiting and running, opens items, and keeps the selection of the graph', async () => {
    const { page } = site.window;
    const id = await released();
    await page.goto(`/runs/${id}?view=timeline&step=lint`);
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByRole('button', { name: 'Parts of unit' }).click();
    await timeline.getByRole('button', { name: /item 7/ }).waitFor();
    await page.getByText('critical path').waitFor();
    await site.window.inspect('run-timeline');
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.getByRole('button', { name: 'Show all of it' }).click();
    await page.keyboard.press('1');
    await page.getByRole('button', { name: /lint/, pressed: true }).waitFor();
  });
});

describe('a step', () => {
  test('shows its attempts, each with its error', async () => {
    const { page } = site.window;
    const id = await released();
    await page.goto(`/runs/${id}?view=list&step=flaky&tab=attempts`);
    await page.getByRole('button', { name: /Attempt 2/ }).click();
    await page.getByText('exit code 1').first().waitFor();
    await site.window.inspect('step-attempts');
  });

  test('of many items lists them, and opens one in place', async () => {
    const { page } = site.window;
    const id = await released();
    await page.goto(`/runs/${id}?view=list&step=unit&tab=items`);
    await page.getByRole('cell', { name: '12', exact: true }).waitFor();
    await site.window.inspect('step-items');
    await page.getByLabel('Go to item').fill('29');
    await page.getByLabel('Go to item').press('Enter');
    await page.getByRole('heading', { name: 'unit item 29' }).waitFor();
    await page.getByRole('tab', { name: 'Logs' }).click();
    await page.getByText('test 29').waitFor();
  });

  test('that calls a workflow shows the child run in place', async () => {
    const { page } = site.window;
    const id = await released();
    await page.goto(`/runs/${id}?view=list&step=notify&tab=child`);
    await page.getByRole('link', { name: /tell #/ }).waitFor();
    await page.getByRole('cell', { name: 'write' }).click();
    await page.getByText('"told"').or(page.getByText('told')).first().waitFor();
    await site.window.inspect('step-child');
    expect(new URL(page.url()).pathname).toBe(`/runs/${id}`);
  });

  test('that waits says for what, and who can change it', async () => {
    const { page } = site.window;
    const id = await started('ask');
    await page.goto(`/runs/${id}?view=list&step=go`);
    await page.getByText('waiting for people').waitFor();
    await site.window.inspect('step-waiting');
    await site.millrace.api.approvals.answer(id, 'go', { by: 'ada', decision: 'approve' });
    await page.getByText('"ada"').first().waitFor();
  });
});

describe('logs', () => {
  test('have colours, times, a search with hits, and links to lines', async () => {
    const { page } = site.window;
    const id = await released();
    await page.goto(`/runs/${id}?view=list&tab=logs`);
    await page.getByText('fetching').waitFor();
    await page.getByRole('button', { name: 'End' }).click();
    await page.getByText('shipped').waitFor();
    await page.getByLabel('Search in the logs').fill('TEST 1');
    await page.getByText('1 of 11').waitFor();
    await page.getByRole('button', { name: 'Next hit' }).click();
    await page.getByText('2 of 11').waitFor();
    await page.getByRole('button', { name: 'Times' }).click();
    await site.window.inspect('logs');
    await page
      .getByRole('button', { name: /^Link to line/ })
      .first()
      .click();
    await page.waitForURL(/line=unit/);
  });

  test('fold by attempt, each with how it went; searches and links open what they lead to', async () => {
    const { page } = site.window;
    const id = await released();
    await page.goto(`/runs/${id}?view=list&tab=logs`);
    const lines = page.getByRole('region', { name: 'Lines' });
    const fetch = lines.getByRole('button', { name: /^fetch succeeded \d.* 1 line$/ });
    await page.getByText('fetching', { exact: true }).waitFor();
    await fetch.click();
    await page.getByText('fetching', { exact: true }).waitFor({ state: 'detached' });
    expect(await fetch.getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.press('ArrowRight');
    await page.getByText('fetching', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Fold all' }).click();
    await lines.getByRole('button', { name: /^unit item 3 succeeded/ }).waitFor();
    expect(await lines.getByRole('button', { name: /^Link to line/ }).count()).toBe(0);
    await site.window.inspect('logs-folded');
    await page.getByRole('button', { name: 'End' }).click();
    await lines.getByRole('button', { name: /^flaky, attempt 2 failed .* lines?$/ }).waitFor();
    await page.getByLabel('Search in the logs').fill('test 17');
    await lines.getByText('test 17', { exact: true }).waitFor();
    await lines.getByRole('button', { name: /^unit item 17 .* 1 hit .* 1 line$/, expanded: true }).waitFor();
    expect(await lines.getByRole('button', { name: /^Link to line/ }).count()).toBe(1);
    await lines.getByRole('button', { name: 'Link to line 1', exact: true }).click();
    await page.waitForURL((url) => url.searchParams.get('line') === 'unit[17]:1');
    await page.reload();
    await lines.getByText('test 17', { exact: true }).waitFor();
    await page.keyboard.press('f');
    await lines.getByText('test 17', { exact: true }).waitFor({ state: 'detached' });
    await page.keyboard.press('f');
    await lines.getByText('test 17', { exact: true }).waitFor();
  });

  test('grow while the run writes them', async () => {
    const { page } = site.window;
    const id = await started('chatty');
    await page.goto(`/runs/${id}?view=list&step=talk&tab=logs`);
    await page.getByText('line 1', { exact: true }).waitFor();
    await page.getByText('line 40', { exact: true }).waitFor();
    await page.getByText('40 lines').waitFor();
  });
});

describe('an ended run', () => {
  test('is run again from a step, with other inputs, and names the old one', async () => {
    const { page } = site.window;
    const id = await ended('release', { broken: true });
    await page.goto(`/runs/${id}?step=check`);
    await page.getByRole('button', { name: 'Run again from here' }).click();
    const dialog = page.getByRole('dialog', { name: 'Run release again' });
    await site.window.inspect('run-again');
    await dialog.getByLabel('broken').selectOption('no');
    await dialog.getByLabel('version', { exact: true }).fill('next');
    site.window.expectErrors(/422|400/);
    await dialog.getByRole('button', { name: 'Run again' }).click();
    await dialog.getByRole('alert').waitFor();
    expect(await dialog.getByLabel('version', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await site.window.inspect('run-again-refused');
    // What was typed stays when the version changes that is to run.
    await dialog.getByLabel('version', { exact: true }).fill('2.0');
    await dialog.getByLabel('Version of the workflow').selectOption('live');
    expect(await dialog.getByLabel('version', { exact: true }).inputValue()).toBe('2.0');
    await dialog.getByRole('button', { name: 'JSON' }).click();
    expect(JSON.parse(await dialog.getByLabel('All values, as JSON').inputValue())).toEqual({
      version: '2.0',
      broken: false,
    });
    await dialog.getByRole('button', { name: 'Run again' }).click();
    await page.getByText(`re-run of ${id}`).first().waitFor();
    await page.getByRole('button', { name: /succeeded ship/ }).waitFor();
    const again = await site.millrace.api.runs.get(new URL(page.url()).pathname.split('/').at(-1) ?? '');
    expect(again).toMatchObject({
      input: { version: '2.0', broken: false },
      rerun_of: { run: id, from: [{ step: 'check' }] },
    });
  });

  test('has a history', async () => {
    const { page } = site.window;
    const id = await released();
    await page.goto(`/runs/${id}?view=list&tab=history`);
    await page.getByText('The run ended: succeeded').waitFor();
    await site.window.inspect('run-history');
  });
});
