import { MillraceError } from '@millrace/core';
import { definitionsFolder, isTestFile } from './locate-workspace.ts';

const maxPathLength = 500;

/**
 * Refuses every path but that of a YAML file of definitions, written in its one plain form: from the workspace's folder, with `/`,
 * without `.` or `..`. `onlyFile`: the one file of a workspace that has just this. Throws `invalid_request` with the reason.
 */
export function checkEditablePath(path: string, onlyFile: string | null): void {
  const problem = problemOf(path, onlyFile);
  if (problem === null) return;
  const shown = JSON.stringify(path.length > 100 ? `${path.slice(0, 100)}…` : path);
  throw new MillraceError('invalid_request', `${shown} is not a file that can be edited here: ${problem}.`, {
    hint:
      onlyFile === null
        ? `Name a file such as ${definitionsFolder}/release.yaml.`
        : `This workspace is the one file ${onlyFile}.`,
  });
}

function problemOf(path: string, onlyFile: string | null): string | null {
  if (path.length > maxPathLength) return `it is longer than ${maxPathLength} characters`;
  if (hasControlCharacter(path) || path.includes('\\')) return 'it holds a character that no path may hold';
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'it is not written plainly';
  if (onlyFile !== null) return path === onlyFile ? null : 'it is another file';
  if (parts[0] !== definitionsFolder || parts.length < 2) return `it is not below ${definitionsFolder}`;
  if (parts.slice(1).some((part) => part.startsWith('.'))) return 'a part of it is hidden';
  if (!/[^/]\.ya?ml$/i.test(path)) return 'it does not end in .yaml or .yml';
  if (isTestFile(path)) return 'it holds tests of workflows';
  return null;
}

const hasControlCharacter = (path: string): boolean =>
  [...path].some((character) => (character.codePointAt(0) ?? 0) < 0x20 || character === '\u007f');
