import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap } from './heap.ts';

it('gives back what it holds in order, whatever was pushed and popped between', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 20 }))), (operations) => {
      const heap = new Heap<number>((left, right) => left - right);
      const model: number[] = [];
      for (const item of operations) {
        expect(heap.peek()).toBe(model[0]);
        if (item === null) expect(heap.pop()).toBe(model.shift());
        else {
          heap.push(item);
          model.push(item);
          model.sort((left, right) => left - right);
        }
        expect(heap.size).toBe(model.length);
      }
    }),
  );
});
