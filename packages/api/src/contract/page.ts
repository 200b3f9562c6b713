import { z } from 'zod';
import { queryInteger } from './values.ts';

/** Pages by key: nothing is skipped or doubled while new items arrive at the front. */
export const pageQuery = {
  limit: queryInteger.min(1).max(500).default(50).meta({ description: 'The most items to answer with.' }),
  after: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: '`next` of the page before; absent for the first page.' }),
};

export const paged = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'Give it as `after` for the page that follows; null: no more.' }),
  });
