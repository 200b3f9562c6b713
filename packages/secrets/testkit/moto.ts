// moto plays the services of AWS: programs of others, which know nothing of ours. It checks signatures by botocore's own code and
// permissions by policies, and secrets and keys are made by boto3, the client of AWS. `tools/get-moto.sh` brings it.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import type { Json, JsonObject } from '@millrace/core';

/** Calls of boto3, each a service, an operation and its parameters; bytes come back as base64. */
type AwsCall = readonly [service: 'iam' | 'kms' | 'secretsmanager', operation: string, parameters: JsonObject];

export type Moto = Readonly<{
  url: string;
  region: string;
  /** Calls made one after the other, with the keys of somebody, or without. */
  call(calls: readonly AwsCall[], keys?: Readonly<Record<string, string>>): Promise<readonly JsonObject[]>;
  stop(): Promise<void>;
}>;

const region = 'eu-central-1';
const folder = process.env.MILLRACE_MOTO ?? join(tmpdir(), 'millrace-moto');

/** Why there is none, as a sentence; null: there is one. */
export const whyNoMoto: string | null = existsSync(join(folder, 'complete'))
  ? null
  : `There is no moto in ${folder}: tools/get-moto.sh brings it.`;

/** `open`: as many calls are let through unsigned, by which users and their permissions are made. */
export async function startMoto(open: number): Promise<Moto> {
  const server = python(['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    INITIAL_NO_AUTH_ACTION_COUNT: String(open),
  });
  const url = await addressOf(server);
  return {
    url,
    region,
    async call(calls, keys = { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nothing' }) {
      const client = python(['-c', boto3Calls], { ...keys, AWS_DEFAULT_REGION: region, ENDPOINT: url });
      client.stdin?.end(JSON.stringify(calls));
      if (client.stdout === null || client.stderr === null) throw new Error('It has pipes.');
      const [answer, problem] = await Promise.all([readText(client.stdout), readText(client.stderr)]);
      if (answer === '') throw new Error(`boto3 failed: ${problem}`);
      return JSON.parse(answer) as readonly JsonObject[];
    },
    async stop() {
      const ended = new Promise((resolve) => server.once('close', resolve));
      server.kill('SIGKILL');
      await ended;
    },
  };
}

/** The Python that came with moto, by its own loader and libraries, so that it does not matter what the machine has. */
function python(args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
  const usr = join(folder, 'root', 'usr');
  const libraries = readdirSync(join(usr, 'lib')).find((name) => name.endsWith('-linux-gnu')) ?? '';
  const loaders = join(usr, existsSync(join(usr, 'lib64')) ? 'lib64' : 'lib');
  const loader = readdirSync(loaders).find((name) => name.startsWith('ld-linux')) ?? '';
  const program = readdirSync(join(usr, 'bin')).find((name) => /^python3\.\d+$/.test(name)) ?? '';
  return spawn(
    join(loaders, loader),
    ['--library-path', join(usr, 'lib', libraries), join(usr, 'bin', program), ...args],
    {
      env: { PYTHONHOME: usr, PYTHONPATH: join(usr, 'lib', 'python3', 'dist-packages'), ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
}

async function addressOf(server: ChildProcess): Promise<string> {
  return await new Promise((resolve, reject) => {
    let said = '';
    const listen = (piece: Buffer): void => {
      said += piece.toString();
      const [, url] = /Running on (http:\/\/\S+)/.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    };
    server.stdout?.on('data', listen);
    server.stderr?.on('data', listen);
    server.once('close', () => reject(new Error(`moto ended: ${said}`)));
  });
}

const boto3Calls: Json & string = `
import base64, boto3, json, os, sys
def plain(value):
    if isinstance(value, bytes): return base64.b64encode(value).decode()
    if isinstance(value, dict): return {k: plain(v) for k, v in value.items() if k != "ResponseMetadata"}
    return [plain(v) for v in value] if isinstance(value, list) else value if isinstance(value, (str, int, bool)) else None
def given(value):
    return base64.b64decode(value["base64"]) if isinstance(value, dict) and "base64" in value else value
answers = []
for service, operation, parameters in json.load(sys.stdin):
    client = boto3.client(service, endpoint_url=os.environ["ENDPOINT"])
    answers.append(plain(getattr(client, operation)(**{k: given(v) for k, v in parameters.items()})))
print(json.dumps(answers))
`;
