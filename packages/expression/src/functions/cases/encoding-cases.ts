import type { FunctionCases } from './function-cases.ts';

export const encodingCases: FunctionCases = {
  json: [
    ['json("a\\"b")', '"a\\"b"'],
    ['json({a: 1}, 1)', '{\n "a": 1\n}'],
    ['json(1, 11)', { error: 'bad_argument' }],
  ],
  from_json: [
    ['from_json("[1, null]")', [1, null]],
    ['from_json("1e400")', { error: 'number_overflow' }],
    ['from_json("{")', { error: 'bad_argument' }],
    ['from_json("")', { error: 'bad_argument' }],
    ['from_json(5)', { error: 'wrong_type' }],
  ],
  yaml: [
    ['yaml(1)', '1'],
    ['yaml("a")', 'a'],
    ['yaml([])', '[]'],
    ['yaml({a: {}})', 'a: {}\n'],
    ['yaml([[1, 2], {a: [3]}])', '- - 1\n  - 2\n- a:\n    - 3\n'],
    ['yaml("1")', '"1"'],
    ['yaml("no")', '"no"'],
  ],
  base64: [
    ['base64("")', ''],
    ['base64("a")', 'YQ=='],
    ['base64("ab")', 'YWI='],
    ['base64("😀")', '8J+YgA=='],
    ['base64(1)', { error: 'wrong_type' }],
  ],
  from_base64: [
    ['from_base64("YQ==")', 'a'],
    ['from_base64("YQ")', 'a'],
    ['from_base64("8J-YgA")', '😀'],
    ['from_base64("Y W\nI=")', 'ab'],
    ['from_base64("Y")', { error: 'bad_argument' }],
    ['from_base64("Y===")', { error: 'bad_argument' }],
    ['from_base64("?!")', { error: 'bad_argument' }],
    ['from_base64("/w==")', { error: 'bad_argument' }],
  ],
  sha256: [
    ['sha256("")', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['sha256(1)', { error: 'wrong_type' }],
  ],
  quote: [
    ['quote("")', "''"],
    ['quote("a b")', "'a b'"],
    ['quote("$(rm)")', "'$(rm)'"],
    ['quote(5)', '5'],
    ['quote(["a", "b c", 1])', "a 'b c' 1"],
    ['quote(null)', { error: 'wrong_type' }],
    ['quote({a: 1})', { error: 'wrong_type' }],
  ],
  url_encode: [
    ['url_encode("ä(1)")', '%C3%A4%281%29'],
    ['url_encode(5)', '5'],
    ['url_encode({"a b": "c&d", e: null})', 'a%20b=c%26d&e='],
    ['url_encode("\\ud800")', '%EF%BF%BD'],
    ['url_encode([1])', { error: 'wrong_type' }],
  ],
};
