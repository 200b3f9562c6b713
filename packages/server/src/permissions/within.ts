import { isUnlimitedReach, isWithinReach, namedObject, type Reach } from '@millrace/core';

/** A reach as a part of a filter; nothing for those who reach everything. */
export const within = (reach: Reach): Readonly<{ reach?: Reach }> => (isUnlimitedReach(reach) ? {} : { reach });

/** Keeps of a list what is within a reach; `place` tells the workspace and name of an item, and the folder if it can be in one. */
export const keepWithin = <Item>(
  items: readonly Item[],
  reach: Reach,
  place: (item: Item) => readonly [workspace: string | null, name: string, folder?: string | undefined],
): readonly Item[] =>
  isUnlimitedReach(reach) ? items : items.filter((item) => isWithinReach(reach, namedObject(...place(item))));
