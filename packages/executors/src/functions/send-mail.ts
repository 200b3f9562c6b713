import type { lookup } from 'node:dns';
import type { JsonObject } from '@millrace/core';
import { StepFault } from '../attempt-results.ts';
import { type AddressGuard, RefusedAddress } from '../http/address-guard.ts';
import { secretOf } from './secret-of.ts';

export type Mail = Readonly<{ to: readonly string[]; from: string; subject: string; text: string }>;

const silenceMs = 30_000;

/** Sends a mail by SMTP. `smtp`: `{host, port, tls, user, password_env}`. Gives what the server said. */
export async function sendMail(guard: AddressGuard, smtp: JsonObject, mail: Mail, signal: AbortSignal) {
  const host = String(smtp.host ?? '');
  if (host === '' || mail.from === '' || mail.to.length === 0) {
    const missing = host === '' ? 'smtp.host' : mail.from === '' ? 'from' : 'to';
    throw new StepFault({
      code: 'invalid_input',
      message: `A mail needs ${missing}.`,
      hint: 'Give it as input, or as configuration of the pack: packs: { core: { builtin: true, config: { … } } }.',
      retryable: false,
    });
  }
  const tls = String(smtp.tls ?? 'starttls');
  const port = Number(smtp.port ?? (tls === 'always' ? 465 : 587));
  const password = smtp.password_env === undefined ? null : secretOf(String(smtp.password_env), 'smtp.password_env');
  const address = await addressOf(guard, host);
  // Most workers never send a mail.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host: address,
    port,
    secure: tls === 'always',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'never',
    tls: { servername: host },
    connectionTimeout: silenceMs,
    socketTimeout: silenceMs,
    // A file or an address in a mail is never read.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(password === null ? {} : { auth: { user: String(smtp.user ?? ''), pass: password } }),
  });
  const stop = (): void => transport.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const sent = await transport.sendMail({ ...mail, to: [...mail.to] });
    return { accepted: sent.accepted.map(String), rejected: sent.rejected.map(String), response: sent.response };
  } catch (cause) {
    throw mailFault(host, port, cause);
  } finally {
    signal.removeEventListener('abort', stop);
    transport.close();
  }
}

/** The checked address: the connection goes there and nowhere else, whatever a name server says later. */
function addressOf(guard: AddressGuard, host: string): Promise<string> {
  const refusal = guard.refusal(host);
  if (refusal !== null) return Promise.reject(mailFault(host, 0, new RefusedAddress(`the address is ${refusal}`)));
  return new Promise((resolve, reject) => {
    const look = guard.lookup as typeof lookup;
    look(host, {}, (error, address) => {
      if (error === null) resolve(address);
      else reject(mailFault(host, 0, error));
    });
  });
}

function mailFault(host: string, port: number, cause: unknown): StepFault {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof RefusedAddress) {
    return new StepFault({
      code: 'address_refused',
      message: `The mail was not sent: ${message}, which steps on this worker may not reach.`,
      hint: 'The operator of the worker can allow hosts and networks (--allow-private).',
      retryable: false,
    });
  }
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  const refused = code === 'EAUTH' || code === 'EENVELOPE';
  return new StepFault(
    {
      code: 'mail_failed',
      message: `${host}${port === 0 ? '' : `:${port}`} did not take the mail: ${message}.`,
      hint: code === 'EAUTH' ? 'Check smtp.user and the secret.' : 'Check smtp.host, smtp.port and smtp.tls.',
      ...(refused ? { retryable: false } : {}),
    },
    cause,
  );
}
