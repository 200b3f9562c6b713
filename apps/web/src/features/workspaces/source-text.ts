import type { Workspace } from '@millrace/api';

/** Where a workspace comes from: `/srv/shop`, `https://…/shop.git main`. */
export function workspaceSourceText({ source }: Pick<Workspace, 'source'>): string {
  const parts = ['path', 'url', 'ref'].map((key) => source[key]).filter((part) => typeof part === 'string');
  return source.type === 'folder' ? String(source.path ?? '') : [...new Set(parts)].join(' ');
}
