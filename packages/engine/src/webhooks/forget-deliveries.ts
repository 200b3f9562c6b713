import type { Store } from '../ports/store.ts';

const batch = 500;

/** Removes deliveries that are older, in small parts. Any server may do it, several at once. Gives how many it removed. */
export async function forgetDeliveries({ store }: Readonly<{ store: Store }>, keepMs: number): Promise<number> {
  for (let count = 0; ; ) {
    const forgotten = await store.deliveries.forget({ keepMs, limit: batch });
    count += forgotten;
    if (forgotten < batch) return count;
  }
}
