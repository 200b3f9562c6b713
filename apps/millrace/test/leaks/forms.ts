/** The forms in which a value would be found, worked out here and not by what masks them. */
export function formsOf(value: string): readonly string[] {
  const lines = [value, ...value.split('\n')];
  const json = lines.map((line) => JSON.stringify(line).slice(1, -1));
  const html = lines.map((line) =>
    line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  );
  const urls = lines.map((line) => encodeURIComponent(line));
  const bytes = Buffer.from(value);
  // What base64 makes of the bytes in its middle, wherever they begin.
  const base64 = [0, 1, 2].flatMap((from) =>
    [0, 21].map((skip) => bytes.subarray(from + skip, from + skip + 21).toString('base64')),
  );
  const hex = [bytes, ...lines.slice(1).map((line) => Buffer.from(line))].map((one) => one.toString('hex'));
  return [
    ...new Set([
      ...lines,
      ...json,
      ...json.map((one) => JSON.stringify(one).slice(1, -1)),
      ...html,
      ...urls,
      ...base64,
      ...base64.map((one) => one.replaceAll('+', '-').replaceAll('/', '_')),
      ...hex,
      ...hex.map((one) => one.toUpperCase()),
    ]),
  ];
}
