// The house rules that a compiler does not check: which package may import which, purity, deep imports, file sizes.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** What each package may import of the others. Arrows point down; adapters never import each other. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  expression: [],
  core: ['expression'],
  definition: ['core', 'expression'],
  api: ['core'],
  engine: ['core', 'expression'],
  'store-postgres': ['core', 'engine'],
  blobs: ['core', 'engine'],
  executors: ['core', 'expression'],
  identity: ['core', 'definition', 'engine'],
  secrets: ['core', 'definition', 'engine'],
  sources: ['core', 'definition', 'engine'],
  worker: ['core', 'engine', 'executors'],
  server: ['api', 'core', 'definition', 'engine'],
  client: ['api'],
};
const binary = 'millrace';

const pure = ['expression', 'core', 'definition'];

/** Files longer than the limit, with the size they may not pass. The list only shrinks: mend the file, lower the number. */
const longFiles: Readonly<Record<string, number>> = {};
const maxLines = 400;

type Source = Readonly<{
  path: string;
  package: string;
  test: boolean;
  text: string;
  lines: number;
  imports: readonly string[];
}>;

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (['node_modules', '.millrace', 'dist', 'fixtures', 'peers'].includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

function read(path: string): Source {
  const text = readFileSync(path, 'utf8');
  const name = relative(root, path).split('\\').join('/');
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return {
    path: name,
    package: name.split('/')[1] ?? '',
    test: /\.test\.ts$|\/test\/|\/testkit\/|\/e2e\//.test(name),
    text: code,
    lines: text.split('\n').length - 1,
    imports: [...code.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? ''),
  };
}

const packages = [...walk(join(root, 'packages'))].map(read);
const apps = [...walk(join(root, 'apps'))].map(read);
const sources = packages.filter((source) => !source.test);

describe('house rules', () => {
  test('there is something to check', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(Object.keys(allowed).sort()).toEqual(readdirSync(join(root, 'packages')).sort());
  });

  test('arrows between packages point down', () => {
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter((name) => name.startsWith('@millrace/'))
        .map((name) => name.split('/')[1] ?? '')
        .filter((name) => !(allowed[source.package] ?? []).includes(name))
        .map((name) => `${source.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('nobody imports deeper than index.ts, or into another package by path', () => {
    const wrong = [...packages, ...apps].flatMap((source) =>
      source.imports
        .filter((name) => {
          if (name.startsWith('@millrace/')) return !/^@millrace\/[a-z-]+(\/testkit)?$/.test(name);
          if (!name.startsWith('.')) return false;
          const target = relative(root, resolve(root, dirname(source.path), name))
            .split('\\')
            .join('/');
          return target.split('/').slice(0, 2).join('/') !== source.path.split('/').slice(0, 2).join('/');
        })
        .map((name) => `${source.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('test kits are for tests only', () => {
    const wrong = [...sources, ...apps.filter((source) => !source.test)].flatMap((source) =>
      source.imports.filter((name) => /testkit/.test(name)).map((name) => `${source.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('packages that decide are pure', () => {
    const forbidden: readonly (readonly [RegExp, string])[] = [
      [/'node:/, 'a node module'],
      [/\bDate\.now\b|\bnew Date\(\)/, 'the clock'],
      [/\bperformance\./, 'the clock'],
      [/\bMath\.random\b|\brandomUUID\b|\bcrypto\.\w/, 'randomness'],
      [/\basync\b|\bawait\b|\bPromise\b/, 'asynchrony'],
      [/\bfetch\(|\bsetTimeout\b|\bsetInterval\b|\bprocess\.\w/, 'the world'],
    ];
    const wrong = sources
      .filter((source) => pure.includes(source.package))
      .filter((source) => !source.path.includes('/protocol/worker-protocol.ts')) // types of an asynchronous port
      .flatMap((source) =>
        forbidden
          .filter(
            ([pattern]) =>
              pattern.test(stripStrings(source.text)) ||
              (pattern.source.includes('node:') && pattern.test(source.text)),
          )
          .map(([, what]) => `${source.path} uses ${what}`),
      );
    expect(wrong).toEqual([]);
  });

  test('a file is one idea: none is longer than the limit', () => {
    const all = [...packages, ...apps, ...[...walk(join(root, 'tools'))].map(read)];
    const wrong = all
      .filter(({ path, lines, test: isTest }) => lines > (longFiles[path] ?? (isTest ? 800 : maxLines)))
      .map(({ path, lines }) => `${path} has ${lines} lines`);
    expect(wrong).toEqual([]);
    const shrunk = Object.entries(longFiles)
      .filter(([path, limit]) => (all.find((source) => source.path === path)?.lines ?? 0) < limit)
      .map(([path]) => `${path} is shorter now: lower its number`);
    expect(shrunk).toEqual([]);
  });

  test('names say what a thing is', () => {
    const vague = /(^|\/)(utils?|helpers?|manager|common|misc|data)(\/|\.tsx?$|-)/;
    const wrong = [...packages, ...apps].filter(({ path }) =>
      vague.test(path.replace(/^(packages|apps)\/[^/]+\//, '')),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
    const notKebab = [...packages, ...apps].filter(({ path }) => !/^[a-z0-9.-]+$/.test(path.split('/').at(-1) ?? ''));
    expect(notKebab.map(({ path }) => path)).toEqual([]);
  });

  test('no test sleeps', () => {
    const wrong = [...packages, ...apps]
      .filter(
        ({ path, text }) => path.endsWith('.test.ts') && /setTimeout\(\s*(resolve|r|done)\s*,\s*\d{3,}/.test(text),
      )
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  test('the binary is called millrace', () => {
    expect(manifestOf(join(root, 'apps/millrace')).name).toBe(binary);
  });

  test('apps depend on every package that they wire', () => {
    const wrong = readdirSync(join(root, 'apps')).flatMap((app) => {
      const { dependencies } = manifestOf(join(root, 'apps', app));
      const used = apps
        .filter((source) => source.package === app)
        .flatMap(({ imports }) => imports.filter((one) => one.startsWith('@millrace/')))
        .map((one) => one.split('/').slice(0, 2).join('/'));
      return [...new Set(used)].filter((one) => !(one in dependencies)).map((one) => `${app} lacks ${one}`);
    });
    expect(wrong).toEqual([]);
  });

  test('pages know the server only by its contract and its client', () => {
    const wrong = apps
      .filter(({ path }) => path.startsWith('apps/web/src/'))
      .flatMap(({ path, imports }) =>
        imports
          .filter((one) => /^(node:|@millrace\/(?!api$|client$))/.test(one))
          .map((one) => `${path} imports ${one}`),
      );
    expect(wrong).toEqual([]);
  });

  test('no lockfile line names a registry', () => {
    const lockfile = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect(lockfile).not.toMatch(/"resolved": "https?:/);
  });
});

type Manifest = Readonly<{ name: string; dependencies: Readonly<Record<string, string>> }>;
const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

function stripStrings(text: string): string {
  return text.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");
}
