/**
 * One cycle for each group of nodes that reach each other, in the order of `names` (Tarjan's strongly connected
 * components, without recursion so that long chains are no problem). Edges from a node to itself do not
 * count. Each cycle starts at its first node in the order of `names`.
 */
export function findCycles(
  names: readonly string[],
  edges: (name: string) => readonly string[],
): readonly (readonly string[])[] {
  const others = (name: string) => edges(name).filter((target) => target !== name);
  return components(names, others)
    .filter((component) => component.size > 1)
    .map((component) => cycleIn(names.find((name) => component.has(name)) ?? '', component, others));
}

type Frame = { name: string; next: number; targets: readonly string[] };

function components(names: readonly string[], edges: (name: string) => readonly string[]): ReadonlySet<string>[] {
  const known = new Set(names);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const found: Set<string>[] = [];
  const enter = (name: string): Frame => {
    order.set(name, order.size);
    low.set(name, order.size - 1);
    open.push(name);
    isOpen.add(name);
    return { name, next: 0, targets: edges(name).filter((target) => known.has(target)) };
  };
  const lower = (name: string, value: number | undefined) =>
    low.set(name, Math.min(low.get(name) ?? 0, value ?? Number.POSITIVE_INFINITY));
  for (const root of names) {
    const frames = order.has(root) ? [] : [enter(root)];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const target = frame.targets[frame.next++];
      if (target === undefined) {
        frames.pop();
        const parent = frames.at(-1);
        if (parent !== undefined) lower(parent.name, low.get(frame.name));
        if (low.get(frame.name) === order.get(frame.name)) {
          const members = open.splice(open.indexOf(frame.name));
          for (const member of members) isOpen.delete(member);
          found.push(new Set(members));
        }
      } else if (!order.has(target)) frames.push(enter(target));
      else if (isOpen.has(target)) lower(frame.name, order.get(target));
    }
  }
  return found;
}

/** The shortest way from a node back to itself. */
function cycleIn(
  start: string,
  component: ReadonlySet<string>,
  edges: (name: string) => readonly string[],
): readonly string[] {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const name of queue) {
    for (const target of edges(name)) {
      if (target === start) {
        const way = [name];
        for (let back = name; back !== start; ) {
          back = cameFrom.get(back) ?? start;
          way.push(back);
        }
        return way.reverse();
      }
      if (!component.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, name);
      queue.push(target);
    }
  }
  return [start];
}
