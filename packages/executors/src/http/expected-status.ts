/** Whether a status is among those that a step expects: codes (`200`), or classes (`2xx`). Default: 2xx. */
export function isExpectedStatus(status: number, expected: readonly (number | string)[] | undefined): boolean {
  if (expected === undefined || expected.length === 0) return status >= 200 && status < 300;
  return expected.some((entry) => {
    const text = String(entry).toLowerCase();
    return /^[1-5]xx$/.test(text) ? String(status)[0] === text[0] : text === String(status);
  });
}
