/** Shorter ones could not be masked without hiding what is no secret. */
export const minSecretLength = 4;
/** Parts of a secret, such as the lines of a key, are masked on their own from this length on. */
const minPartLength = 8;
/** Where programs break lines of base64: `base64`, and PEM files. */
const base64Columns = [76, 64];

/** The texts in which a secret may appear: as it is, in parts, and as it is commonly encoded. */
export function secretForms(secret: string): readonly string[] {
  const value = secret.trim();
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const escaped = JSON.stringify(value).slice(1, -1);
  const forms = [
    value,
    ...(lines.length === 1 ? [] : lines.filter((line) => line.length >= minPartLength)),
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    ...otherJsonForms(escaped),
    ...htmlForms(value),
    value.replaceAll("'", String.raw`'\''`),
    ...urlForms(value),
    ...base64Forms(value),
    Buffer.from(value).toString('hex'),
    Buffer.from(value).toString('hex').toUpperCase(),
  ];
  return [...new Set(forms)].filter((form) => form.length >= minSecretLength);
}

/** JSON as others write it: Python (nothing but ASCII), Go (no marks of HTML), PHP (no bare slash). */
function otherJsonForms(escaped: string): readonly string[] {
  const code = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const ascii = escaped.replace(/[\u0080-\uffff]/g, code);
  const both = [ascii, escaped.replace(/[<>&\u2028\u2029]/g, code)];
  return [...both, ascii.replaceAll('/', String.raw`\/`), escaped.replaceAll('/', String.raw`\/`)];
}

/** As templates of pages write it: Python, Go and PHP differ in how they write quotes. */
function htmlForms(value: string): readonly string[] {
  const marks = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quotes = [
    ['&quot;', '&#x27;'],
    ['&#34;', '&#39;'],
    ['&quot;', '&#039;'],
    ['&quot;', '&#39;'],
    ['&quot;', "'"],
  ];
  return [marks, ...quotes.map(([double = '', single = '']) => marks.replaceAll('"', double).replaceAll("'", single))];
}

function urlForms(value: string): readonly string[] {
  // A lone surrogate has no UTF-8, and so no such form.
  if (!value.isWellFormed()) return [];
  const usual = encodeURIComponent(value);
  const strict = usual.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  // Paths keep their slashes, as `quote` of Python does.
  const both = [usual, strict, usual.replaceAll('%2F', '/'), strict.replaceAll('%2F', '/')];
  const forms = [...both, ...both.map((form) => form.replaceAll('%20', '+'))];
  return [...forms, ...forms.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

/**
 * Base64 of any text that holds the secret has one of three texts in it, by how many bytes stand before it. The digits at
 * both ends that also depend on its neighbours are left out.
 */
function base64Forms(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const forms = [0, 1, 2].map((before) => {
    const digits = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    return digits.slice(Math.ceil((before * 8) / 6), whole);
  });
  const [alone = ''] = forms;
  const parts = base64Columns.flatMap((columns) => (alone.length > columns ? chunksOf(alone, columns) : []));
  const all = [...forms, ...parts.filter((part) => part.length >= minPartLength)];
  return [...all, ...all.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

function chunksOf(text: string, length: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
}
