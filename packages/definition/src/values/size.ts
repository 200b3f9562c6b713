const units: Readonly<Record<string, number>> = { '': 1, k: 1e3, Ki: 1024, M: 1e6, Mi: 1024 ** 2 };

/** Bytes of a Kubernetes quantity of a size (`64Ki`, `1Mi`, `4096`); null when it is none. */
export function sizeBytes(written: string | number): number | null {
  const [, amount, unit = ''] = /^(\d{1,9})(k|Ki|M|Mi)?$/.exec(String(written)) ?? [];
  return amount === undefined || Number(amount) === 0 ? null : Number(amount) * (units[unit] ?? 1);
}
