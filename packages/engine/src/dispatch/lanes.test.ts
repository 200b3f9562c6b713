import type { Lane, WorkerDescription } from '@millrace/core';
import { workerId } from '@millrace/core';
import { describe, expect, test } from 'vitest';
import { Lanes } from './lanes.ts';

const lane = (workspace: string, queue = 'default', capability: Lane['capability'] = 'shell'): Lane => ({
  workspace,
  queue,
  capability,
  labels: [],
});
const worker: WorkerDescription = {
  id: workerId('w'),
  name: 'w',
  labels: [],
  capabilities: ['shell', 'http'],
  queues: ['*'],
  slots: 4,
  version: '0',
  host: 'h',
  pid: 1,
};
const [a, b, c] = [lane('a'), lane('b'), lane('c')];
const names = (lanes: readonly Lane[]) => lanes.map(({ workspace, queue }) => `${workspace}/${queue}`);

describe('order', () => {
  test('a lane may have a backlog before somebody has looked, and where nobody has room', () => {
    const lanes = new Lanes();
    expect(lanes.hasBacklog(a)).toBe(true);
    lanes.look().found([]);
    expect(lanes.hasBacklog(a)).toBe(false);
    // One that was not known when the look began may have got something meanwhile.
    expect(lanes.hasBacklog(b)).toBe(true);
    lanes.noRoom(a);
    lanes.workArrived(a);
    expect(lanes.hasBacklog(a)).toBe(true);
    const turn = lanes.turnOf(worker, 5);
    expect(turn.lanes).toEqual([a]);
    turn.served([], true);
    expect(lanes.hasBacklog(a)).toBe(false);
    expect(lanes.turnOf(worker, 5).lanes).toEqual([]);
  });

  test('what arrives while somebody looks or claims is not overlooked', () => {
    const lanes = new Lanes();
    lanes.noRoom(a);
    lanes.workArrived(a);
    const look = lanes.look();
    lanes.workArrived(a);
    look.found([]);
    expect(lanes.hasBacklog(a)).toBe(true);
    expect(lanes.turnOf(worker, 5).lanes).toEqual([a]);
    const turn = lanes.turnOf(worker, 5);
    lanes.workArrived(a);
    turn.served([], true);
    expect(lanes.turnOf(worker, 5).lanes).toEqual([a]);
  });

  test('what arrives while a claim takes all there is waits for the next one, and holds up nothing new', () => {
    const lanes = new Lanes();
    lanes.noRoom(a);
    lanes.workArrived(a);
    const turn = lanes.turnOf(worker, 5);
    lanes.workArrived(a);
    turn.served([a], true);
    expect(lanes.turnOf(worker, 5).lanes).toEqual([a]);
    expect(lanes.hasBacklog(a)).toBe(false);
    lanes.turnOf(worker, 5).served([a], true);
    expect(lanes.turnOf(worker, 5).lanes).toEqual([]);
  });

  test('a claim that was filled, and a look that finds something, leave a backlog', () => {
    const lanes = new Lanes();
    lanes.look().found([]);
    lanes.workArrived(a);
    lanes.look().found([a]);
    expect(lanes.hasBacklog(a)).toBe(true);
    lanes.turnOf(worker, 5).served([a], true);
    expect(lanes.hasBacklog(a)).toBe(false);
    lanes.workArrived(a);
    lanes.turnOf(worker, 5).served([a], false);
    expect(lanes.hasBacklog(a)).toBe(true);
  });

  test('a suspicion that comes while somebody looks is not settled by that look', () => {
    const lanes = new Lanes();
    lanes.look().found([a]);
    const look = lanes.look();
    lanes.suspectAll();
    look.found([]);
    expect(lanes.hasBacklog(a)).toBe(true);
    lanes.look().found([]);
    expect(lanes.hasBacklog(a)).toBe(false);
  });

  test('a suspicion that comes while somebody claims is not settled by that claim', () => {
    const lanes = new Lanes();
    lanes.workArrived(a);
    const turn = lanes.turnOf(worker, 5);
    lanes.suspectAll();
    turn.served([a], true);
    expect(lanes.hasBacklog(a)).toBe(true);
  });

  test('a claim that was filled says nothing of the lanes that gave nothing', () => {
    const lanes = new Lanes();
    for (const one of [a, b]) lanes.workArrived(one);
    lanes.turnOf(worker, 5).served([a], false);
    expect(names(lanes.turnOf(worker, 5).lanes)).toEqual(['b/default', 'a/default']);
    lanes.turnOf(worker, 5).served([a], true);
    expect(names(lanes.turnOf(worker, 5).lanes)).toEqual([]);
  });

  test('only lanes that the worker serves are its turn', () => {
    const lanes = new Lanes();
    for (const one of [lane('a', 'gpu'), lane('b', 'default', 'docker'), lane('c', 'default', 'http')])
      lanes.workArrived(one);
    expect(names(lanes.turnOf({ ...worker, queues: ['default'] }, 5).lanes)).toEqual(['c/default']);
    expect(lanes.workArrivedByKey('unknown')).toBe(false);
  });
});

describe('fairness', () => {
  test('whoever was served goes to the end; whoever comes anew stands behind those that wait', () => {
    const lanes = new Lanes();
    lanes.workArrived(a);
    lanes.workArrived(b);
    lanes.turnOf(worker, 1).served([a], false);
    expect(lanes.turnOf(worker, 1).lanes).toEqual([b]);
    lanes.workArrived(c);
    lanes.turnOf(worker, 1).served([b], false);
    expect(names(lanes.turnOf(worker, 9).lanes)).toEqual(['a/default', 'c/default', 'b/default']);
  });

  test('the lanes of one queue of one workspace are one share', () => {
    const lanes = new Lanes();
    for (const one of [a, lane('a', 'default', 'http'), lane('a', 'night'), b]) lanes.workArrived(one);
    const turn = lanes.turnOf(worker, 2);
    expect(names(turn.lanes)).toEqual(['a/default', 'a/default', 'a/night']);
    turn.served([lane('a', 'default', 'http')], false);
    expect(names(lanes.turnOf(worker, 2).lanes)).toEqual(['a/night', 'b/default']);
  });

  test('a turn costs by the shares that it names, not by those that there are', () => {
    const lanes = new Lanes();
    for (let index = 0; index < 10_000; index++) lanes.workArrived(lane(`w${index}`));
    const seen = new Set<string>();
    for (let turn = 0; turn < 1_000; turn++) {
      const next = lanes.turnOf(worker, 10);
      for (const name of names(next.lanes)) seen.add(name);
      next.served(next.lanes, false);
    }
    expect(seen.size).toBe(10_000);
  });
});
