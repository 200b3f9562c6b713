// A real directory: Debian's slapd, in a folder of its own, on this machine only.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'ldapts';

const program = ['/usr/sbin/slapd', '/usr/libexec/slapd', '/usr/local/libexec/slapd'].find((path) => existsSync(path));
const modules = ['/usr/lib/ldap', '/usr/lib/openldap', '/usr/libexec/openldap'].find((path) => existsSync(path));
const schema = ['/etc/ldap/schema', '/etc/openldap/schema'].find((path) => existsSync(path));

/** Why there is no directory here; null: there is one. */
export const noDirectory: string | null =
  program === undefined || modules === undefined || schema === undefined
    ? 'there is no slapd on this machine (Debian: apt-get install slapd)'
    : null;

export const suffix = 'dc=example,dc=com';
export const rootDn = `cn=root,${suffix}`;
export const rootPassword = 'root-secret';

/** A DN, and its attributes. */
export type LdapEntry = readonly [string, Readonly<Record<string, string | readonly string[]>>];

export type LdapServer = Readonly<{ url: string; secureUrl: string; caFile: string; close(): Promise<void> }>;

export async function startLdapServer(entries: readonly LdapEntry[]): Promise<LdapServer> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-ldap-'));
  mkdirSync(join(folder, 'data'));
  const certificate = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=127.0.0.1',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      key,
      '-out',
      certificate,
    ],
    { stdio: 'ignore' },
  );
  const configuration = join(folder, 'slapd.conf');
  writeFileSync(
    configuration,
    `${['core', 'cosine', 'inetorgperson'].map((name) => `include ${schema}/${name}.schema`).join('\n')}
modulepath ${modules}
moduleload back_mdb
moduleload memberof
pidfile ${folder}/slapd.pid
TLSCertificateFile ${certificate}
TLSCertificateKeyFile ${key}
TLSCACertificateFile ${certificate}
# What a directory must never be asked for: a bind without a password succeeds as one of nobody.
allow bind_anon_cred bind_anon_dn
database mdb
suffix "${suffix}"
rootdn "${rootDn}"
rootpw ${rootPassword}
directory ${folder}/data
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by * read
`,
  );
  const [plain, secure] = [await freePort(), await freePort()];
  const url = `ldap://127.0.0.1:${plain}`;
  const secureUrl = `ldaps://127.0.0.1:${secure}`;
  const child = spawn(program ?? 'slapd', ['-f', configuration, '-h', `${url} ${secureUrl}`, '-d', '0'], {
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await fill(url, entries, ended);
  return {
    url,
    secureUrl,
    caFile: certificate,
    async close() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function fill(url: string, entries: readonly LdapEntry[], ended: Promise<void>): Promise<void> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const until = performance.now() + 20_000;
  for (;;) {
    const client = new Client({ url, timeout: 5_000, connectTimeout: 1_000 });
    try {
      await client.bind(rootDn, rootPassword);
      for (const [dn, attributes] of entries) await client.add(dn, attributes as Record<string, string | string[]>);
      return;
    } catch (error) {
      const starts = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
      if (!starts || isOver || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      await client.unbind().catch(() => undefined);
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
