const windowMs = 10_000;

/** Bounds how many sockets are open, and how many one address opens within ten seconds. `now` is in milliseconds. */
export function createAdmission(limits: Readonly<{ sockets: number; socketsPerAddress: number }>) {
  let windowStart = 0;
  const opened = new Map<string, number>();
  return {
    /** Why a further socket is refused; null: it may open. */
    refusal(address: string, open: number, now: number): string | null {
      if (now - windowStart >= windowMs) {
        windowStart = now;
        opened.clear();
      }
      if (open >= limits.sockets) return `${limits.sockets} event sockets are open, which is the limit.`;
      const count = (opened.get(address) ?? 0) + 1;
      if (count > limits.socketsPerAddress) {
        return `${address} opened more than ${limits.socketsPerAddress} event sockets within ten seconds.`;
      }
      opened.set(address, count);
      return null;
    },
  };
}
