import type { RunOrigin } from '@millrace/core';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';

const insertWorkflows = readStatement(import.meta.url, 'insert-workflows');
const findWorkflows = readStatement(import.meta.url, 'find-workflows');
const insertPinned = readStatement(import.meta.url, 'insert-pinned-workflows');
const findPinned = readStatement(import.meta.url, 'find-pinned-workflows');

/** The numbers that stand in a run's rows for its workspace, workflow, revision and plan. */
export type WorkflowNumbers = Readonly<{ pinned: number; workflow: number }>;
type Pinned = Pick<RunOrigin, 'workspace' | 'workflow' | 'folder' | 'revision' | 'plan'>;

const keyOf = ({ workspace, workflow, revision, plan }: Pinned): string =>
  JSON.stringify([workspace, workflow, revision, plan]);

const isSame = (one: Pinned, other: Pinned): boolean =>
  one.plan === other.plan &&
  one.revision === other.revision &&
  one.workflow === other.workflow &&
  one.workspace === other.workspace;

/** How many are remembered; a server that sees more revisions than this asks again. */
const remembered = 10_000;

/** Numbers of workflows. Asks and writes only for those that this process has not seen. */
export class WorkflowNumberBook {
  readonly #database: Database;
  readonly #numbers = new Map<string, WorkflowNumbers>();
  #last: Readonly<{ origin: Pinned; numbers: WorkflowNumbers }> | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  async of(origins: readonly Pinned[]): Promise<readonly WorkflowNumbers[]> {
    const found = origins.map((origin) => this.#known(origin));
    if (found.every((numbers) => numbers !== undefined)) return found;
    if (this.#numbers.size > remembered) this.#numbers.clear();
    await this.#add(origins.filter((_, index) => found[index] === undefined));
    return this.of(origins);
  }

  /** Runs of one workflow come together: the one that was found last is looked at first. */
  #known(origin: Pinned): WorkflowNumbers | undefined {
    const last = this.#last;
    if (last !== null && isSame(last.origin, origin)) return last.numbers;
    const numbers = this.#numbers.get(keyOf(origin));
    if (numbers !== undefined) this.#last = { origin, numbers };
    return numbers;
  }

  async #add(origins: readonly Pinned[]): Promise<void> {
    const pairs = [origins.map((origin) => origin.workspace), origins.map((origin) => origin.workflow)];
    await this.#database.query(insertWorkflows, pairs);
    const workflows = await this.#database.query<{ id: number; workspace: string; name: string }>(findWorkflows, pairs);
    const workflowIds = new Map(workflows.map((row) => [JSON.stringify([row.workspace, row.name]), row.id]));
    const idOf = (origin: Pinned) => workflowIds.get(JSON.stringify([origin.workspace, origin.workflow])) ?? -1;
    const triples = [origins.map(idOf), origins.map((origin) => origin.revision), origins.map((origin) => origin.plan)];
    await this.#database.query(insertPinned, [...triples, origins.map((origin) => origin.folder ?? '')]);
    const rows = await this.#database.query<{ id: number; workflow: number; revision: string; plan: string }>(
      findPinned,
      triples,
    );
    const pinnedIds = new Map(rows.map((row) => [JSON.stringify([row.workflow, row.revision, row.plan]), row.id]));
    for (const origin of origins) {
      const workflow = idOf(origin);
      const pinned = pinnedIds.get(JSON.stringify([workflow, origin.revision, origin.plan]));
      if (pinned === undefined) throw new Error(`The workflow ${origin.workspace}/${origin.workflow} has no number.`);
      this.#numbers.set(keyOf(origin), { pinned, workflow });
    }
  }
}
