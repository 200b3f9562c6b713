import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretForms } from './secret-forms.ts';
import { SecretMask } from './secret-mask.ts';

const secret = 'p@ss/w+rd \'ä"';

function throughStream(mask: SecretMask, pieces: readonly Uint8Array[]): Buffer {
  const stream = mask.stream();
  return Buffer.concat([...pieces.map((piece) => stream.write(piece)), stream.end()]);
}

/** Cuts at the given places, in whatever order they come. */
function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

describe('what a worker says', () => {
  const mask = new SecretMask([secret, '12345678']);

  it.each([
    ['as it is', `a ${secret} b`, 'a *** b'],
    ['as JSON', `{"a":${JSON.stringify(secret)}}`, '{"a":"***"}'],
    ['as JSON in JSON', JSON.stringify(JSON.stringify(secret)), String.raw`"\"***\""`],
    ['in an address', `?q=${encodeURIComponent(secret)}&b=1`, '?q=***&b=1'],
    ['in a form', `q=${new URLSearchParams({ a: secret }).toString().slice(2)}`, 'q=***'],
    ['in base64', Buffer.from(secret).toString('base64').replace(/=+$/, ''), /^\*\*\*\w?$/],
    ['in base64 for addresses', Buffer.from(secret).toString('base64url'), /^\*\*\*\w?$/],
    ['in base64 behind a byte', Buffer.from(`x${secret}`).toString('base64'), /^..?\*\*\*\w?=*$/],
    ['in base64 behind two', Buffer.from(`xy${secret}`).toString('base64'), /^...?\*\*\*\w?=*$/],
    ['in hexadecimal digits', Buffer.from(secret).toString('hex'), '***'],
    ['as JSON of Python', String.raw`"p@ss/w+rd '\u00e4\""`, '"***"'],
    ['as JSON of PHP', String.raw`"p@ss\/w+rd '\u00e4\""`, '"***"'],
    ['in a path', `/a/${encodeURIComponent(secret).replaceAll('%2F', '/')}/b`, '/a/***/b'],
    ['in a page', '<b>p@ss/w+rd &#39;ä&#34;</b>', '<b>***</b>'],
    ['in a page of Python', '<b>p@ss/w+rd &#x27;ä&quot;</b>', '<b>***</b>'],
    ['as a shell prints it', `+ echo '${secret.replaceAll("'", String.raw`'\''`)}'`, "+ echo '***'"],
    ['twice', `${secret}${secret}`, '******'],
    ['not at all', 'p@ss/w+rd', 'p@ss/w+rd'],
  ])('hides a secret %s', (_how, text, shown) => {
    if (typeof shown === 'string') expect(mask.text(text)).toBe(shown);
    else expect(mask.text(text)).toMatch(shown);
  });

  it('hides it in outputs, in keys and numbers too, and in faults', () => {
    expect(
      mask.result({
        status: 'succeeded',
        durationMs: 1,
        output: { [secret]: [12345678, `x${secret}`, null, true, 7] },
      }),
    ).toEqual({ status: 'succeeded', durationMs: 1, output: { '***': ['***', 'x***', null, true, 7] } });
    const error = { code: 'exit_code', message: `no ${secret}`, hint: secret, details: { at: secret } };
    expect(mask.result({ status: 'failed', durationMs: 1, error })).toEqual({
      status: 'failed',
      durationMs: 1,
      error: { code: 'exit_code', message: 'no ***', hint: '***', details: { at: '***' } },
    });
  });

  it('hides what is left of a secret at the end of a message that was cut', () => {
    const error = { code: 'exit_code', message: `ended: ${secret.slice(0, 7)}` };
    expect(mask.result({ status: 'failed', durationMs: 1, error })).toMatchObject({ error: { message: 'ended: ***' } });
  });

  it('hides the lines of a key one by one, and lines of its base64', () => {
    const lines = Array.from({ length: 4 }, (_, index) => `${index}`.repeat(64));
    const key = `-----BEGIN KEY-----\n${lines.join('\n')}\n-----END KEY-----\n`;
    const keys = new SecretMask([key]);
    expect(keys.text(`see ${lines[2]} here`)).toBe('see *** here');
    expect(keys.text(key)).toBe('***\n');
    const wrapped = Buffer.from(key).toString('base64').replace(/.{76}/g, '$&\n');
    for (const line of wrapped.split('\n').filter((each) => each.length === 76)) expect(keys.text(line)).toBe('***');
  });

  it('says the same however its bytes are cut, and nothing of a secret is left', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 4, maxLength: 12 }).filter((text) => text.trim().length >= 4);
    const filler = fc.oneof(fc.string({ maxLength: 6 }), fc.constant('\n'));
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(filler, fc.nat(), fc.nat()), { maxLength: 8 }),
        fc.array(fc.nat(200), { maxLength: 10 }),
        (secrets, parts, places) => {
          const forms = secrets.flatMap(secretForms);
          const formOf = (which: number) => forms[which % forms.length] ?? '';
          // Whole forms, and beginnings of forms that come to nothing.
          const text = parts
            .map(([fill, which, length]) => {
              const form = formOf(which);
              return fill + (length % 3 === 0 ? form.slice(0, length % (form.length + 1)) : form);
            })
            .join('');
          const bytes = Buffer.from(text);
          const masked = new SecretMask(secrets);
          const whole = throughStream(masked, [bytes]);
          expect(throughStream(masked, cut(bytes, places)).equals(whole)).toBe(true);
          expect(
            throughStream(
              masked,
              [...bytes].map((byte) => Uint8Array.of(byte)),
            ).equals(whole),
          ).toBe(true);
          expect(whole.toString()).toBe(masked.text(bytes.toString()));
          const left = whole.toString('latin1').replaceAll('***', '\u0000');
          for (const form of forms) {
            const sought = Buffer.from(form).toString('latin1');
            // A secret of nothing but asterisks looks like a mask.
            if (!/^\*+$/.test(sought)) expect(left).not.toContain(sought);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives what cannot become a secret at once', () => {
    const stream = new SecretMask(['hunter2-hunter2']).stream();
    expect(stream.write(Buffer.from('hello\n')).toString()).toBe('hello\n');
    expect(stream.write(Buffer.from('a hunt')).toString()).toBe('a ');
    expect(stream.write(Buffer.from('ing\n')).toString()).toBe('hunting\n');
    expect(stream.write(Buffer.from('hunter2-')).toString()).toBe('');
    expect(stream.write(Buffer.from('hunter2 x')).toString()).toBe('*** x');
    expect(stream.end().toString()).toBe('');
  });
});
