/** `1 line`, `2,000 lines`. `plural` where it is not made by an s. */
export const countText = (count: number, one: string, plural = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : plural}`;
