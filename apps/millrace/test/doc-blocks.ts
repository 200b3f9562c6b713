import { readFileSync } from 'node:fs';

export type DocBlock = Readonly<{ language: string; text: string }>;

/** The fenced blocks of a page of the docs, in their order. `page` counts from `docs/`. */
export function docBlocks(page: string): readonly DocBlock[] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gmu)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}

export const isTests = ({ language, text }: DocBlock): boolean => language === 'yaml' && /^tests:/mu.test(text);

/** Each block that tells what comes of workflows, with the block of workflows before it. */
export function withWorkflows(
  blocks: readonly DocBlock[],
  tells: (block: DocBlock) => boolean,
): readonly Readonly<{ workflows: string; told: string }>[] {
  return blocks.flatMap((block, index) =>
    tells(block) ? [{ workflows: blocks[index - 1]?.text ?? '', told: block.text }] : [],
  );
}
