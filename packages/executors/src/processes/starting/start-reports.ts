/** What a start helper tells, in the order in which it tells it. */
export type HelperReports = Readonly<{
  /** A line, in words. */
  line(words: readonly string[]): void;
  /** Output of a job, perhaps a part of what its line announced. */
  output(job: number, stream: 'stdout' | 'stderr', bytes: Buffer): void;
}>;

const lineEnd = 10;

/**
 * Reads what a start helper writes, however it is cut: lines, of which `out JOB BYTES` and `err JOB BYTES` are followed by
 * so many bytes. Bytes are passed on as they come, without copies.
 */
export function readHelperReports(reports: HelperReports): (bytes: Buffer) => void {
  let line = '';
  let output: { job: number; stream: 'stdout' | 'stderr'; left: number } | null = null;
  return (bytes) => {
    let at = 0;
    while (at < bytes.length) {
      if (output !== null) {
        const piece = bytes.subarray(at, at + output.left);
        const { job, stream } = output;
        at += piece.length;
        output = output.left > piece.length ? { job, stream, left: output.left - piece.length } : null;
        reports.output(job, stream, piece);
        continue;
      }
      const end = bytes.indexOf(lineEnd, at);
      line += bytes.toString('latin1', at, end < 0 ? bytes.length : end);
      if (end < 0) return;
      at = end + 1;
      const words = line.split(' ');
      line = '';
      const [what, job, left] = words;
      if (what === 'out' || what === 'err') {
        output = { job: Number(job), stream: what === 'out' ? 'stdout' : 'stderr', left: Number(left) };
      } else reports.line(words);
    }
  };
}
