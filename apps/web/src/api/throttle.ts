/**
 * Calls `work` at once, and again after the last of the calls that came meanwhile. Between two calls lie at least `everyMs`, and
 * twice the time that the work took: what is slow to read is read less often.
 */
export function createThrottle(work: () => Promise<unknown>, everyMs: number) {
  let busy = false;
  let wanted = false;
  let cancelled = false;
  let timer: ReturnType<typeof setTimeout> | null = null;

  async function run(): Promise<void> {
    busy = true;
    wanted = false;
    const began = performance.now();
    await work().catch(() => undefined);
    if (cancelled) return;
    const took = performance.now() - began;
    timer = setTimeout(
      () => {
        timer = null;
        busy = false;
        if (wanted) void run();
      },
      Math.max(everyMs, 2 * took) - took,
    );
  }

  return {
    call(): void {
      if (cancelled) return;
      if (busy) wanted = true;
      else void run();
    },
    cancel(): void {
      cancelled = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
