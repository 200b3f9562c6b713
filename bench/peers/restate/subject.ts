// As in the documentation of Restate: a service served over HTTP/2, registered with the server, called through its ingress.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import * as restate from '@restatedev/restate-sdk';
import { connect } from '@restatedev/restate-sdk-clients';
import { now } from '../../clock.ts';
import type { OpenPeer } from '../peer.ts';
import { freePort, startProgram } from '../start-program.ts';

/** More at once only makes the ingress slower. */
const callsAtOnce = 50;
const server = fileURLToPath(new URL('./node_modules/.bin/restate-server', import.meta.url));

type Request = { key: string; items: number };

export const open: OpenPeer = async ({ folder, signals }) => {
  const body = async () => {
    signals.body(now());
    return { ok: true };
  };
  const child = restate.service({
    name: 'child',
    handlers: { item: async (ctx: restate.Context, n: number) => ctx.run('item', () => n) },
  });
  const bench = restate.service({
    name: 'bench',
    handlers: {
      single: async (ctx: restate.Context, { key }: Request) => {
        await ctx.run('only', body);
        signals.ended(key);
      },
      sequence: async (ctx: restate.Context, { key }: Request) => {
        for (let step = 0; step < 10; step += 1) await ctx.run(`s${step}`, body);
        signals.ended(key);
      },
      fanOut: async (ctx: restate.Context, { key, items }: Request) => {
        const calls = Array.from({ length: items }, (_, n) => ctx.serviceClient(child).item(n));
        const results = await restate.RestatePromise.all(calls);
        await ctx.run('join', () => results.length);
        signals.ended(key);
      },
    },
  });
  const silent = () => {};
  const port = await restate.serve({ services: [bench, child], port: await freePort(), logger: silent });
  const [ingressPort, adminPort, nodePort] = [await freePort(), await freePort(), await freePort()];
  const admin = `http://127.0.0.1:${adminPort}`;
  const program = await startProgram(
    [server, '--no-logo', '--listen-mode', 'tcp', '--base-dir', folder],
    {
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingressPort}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${adminPort}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${nodePort}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${nodePort}`,
      RESTATE_LOG_FILTER: 'error',
      DO_NOT_TRACK: '1',
    },
    async () => (await fetch(`${admin}/health`)).ok,
  );
  const registered = await fetch(`${admin}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri: `http://127.0.0.1:${port}` }),
  });
  if (!registered.ok) throw new Error(`Restate refuses the deployment: ${await registered.text()}`);
  const client = connect({ url: `http://127.0.0.1:${ingressPort}` }).serviceSendClient(bench);
  const calls = { single: client.single, sequence: client.sequence, 'fan-out': client.fanOut };

  let under = 0;
  const waiting: (() => void)[] = [];
  return {
    async start(workflow, { items = 0 } = {}) {
      const key = randomUUID();
      if (under >= callsAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
      under += 1;
      try {
        await calls[workflow as keyof typeof calls]({ key, items: Number(items) });
      } finally {
        under -= 1;
        waiting.shift()?.();
      }
      return key;
    },
    close: () => program.stop(),
  };
};
