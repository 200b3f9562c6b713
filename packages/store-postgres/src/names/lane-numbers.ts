import type { Lane } from '@millrace/core';
import type { Database } from '../connections/database.ts';
import { readStatement } from '../connections/statement.ts';

const insertLanes = readStatement(import.meta.url, 'insert-lanes');
const findLanes = readStatement(import.meta.url, 'find-lanes');

/** Lanes of plans that do not say whose they are keep the key that they always had. */
const laneKeyOf = ({ workspace, queue, capability, labels }: Lane): string =>
  JSON.stringify(workspace === undefined ? [queue, capability, labels] : [queue, capability, labels, workspace]);

/** Numbers of lanes. Lanes are few and come with plans, so this process has nearly always seen them. */
export class LaneNumberBook {
  readonly #database: Database;
  readonly #numbers = new Map<string, number>();
  /** The same lane object stands in all work of a step: found without making its key. */
  readonly #byObject = new WeakMap<Lane, number>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** null: this process has not seen the lane. */
  known(lane: Lane): number | null {
    const direct = this.#byObject.get(lane);
    if (direct !== undefined) return direct;
    const number = this.#numbers.get(laneKeyOf(lane));
    if (number === undefined) return null;
    this.#byObject.set(lane, number);
    return number;
  }

  /** Makes lanes known to all; `planned` if a plan uses them. */
  async add(lanes: readonly Lane[], planned: boolean): Promise<void> {
    if (lanes.length === 0) return;
    const distinct = [...new Map(lanes.map((lane) => [laneKeyOf(lane), lane])).values()];
    await this.#database.query(insertLanes, [
      distinct.map(laneKeyOf),
      distinct.map((lane) => lane.workspace ?? null),
      distinct.map((lane) => lane.queue),
      distinct.map((lane) => lane.capability),
      distinct.map((lane) => JSON.stringify(lane.labels)),
      planned,
    ]);
    await this.find(distinct);
  }

  /** Numbers of those lanes that exist; nothing is written. */
  async find(lanes: readonly Lane[]): Promise<readonly Readonly<{ lane: Lane; number: number }>[]> {
    const missing = lanes.filter((lane) => this.known(lane) === null);
    if (missing.length > 0) {
      const rows = await this.#database.query<{ id: number; key: string }>(findLanes, [missing.map(laneKeyOf)]);
      for (const row of rows) this.#numbers.set(row.key, row.id);
    }
    const found = new Map<number, Lane>();
    for (const lane of lanes) {
      const number = this.known(lane);
      if (number !== null && !found.has(number)) found.set(number, lane);
    }
    return [...found].map(([number, lane]) => ({ lane, number }));
  }
}
