/** How long a server keeps what is over, in milliseconds; null: for ever. */
export type Retention = Readonly<{
  /** Runs after their end, with their attempts and logs. */
  runs: number | null;
  /** Events after they were delivered. */
  events: number | null;
  /** Requests to webhooks: for looking, and for delivering them again. */
  deliveries: number | null;
  /** Revisions of workspaces after another one replaced them: for looking, and for starting their workflows. */
  revisions: number | null;
  /** Entries of the audit log. */
  audit: number | null;
}>;

export type RetentionKind = keyof Retention;

const day = 24 * 60 * 60 * 1000;

export const defaultRetention: Retention = {
  runs: 90 * day,
  events: 90 * day,
  deliveries: 30 * day,
  revisions: 7 * day,
  audit: 400 * day,
};

export const keepEverything: Retention = { runs: null, events: null, deliveries: null, revisions: null, audit: null };
