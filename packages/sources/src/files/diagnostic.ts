import type { StoredDiagnostic } from '@millrace/engine';

/** A problem of a file or folder as a whole, so its position is the file's beginning. */
export function fileProblem(
  severity: StoredDiagnostic['severity'],
  code: string,
  file: string,
  message: string,
  hint: string | null,
): StoredDiagnostic {
  return { severity, code, message, hint, file, line: 1, column: 1 };
}

export function describeBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
