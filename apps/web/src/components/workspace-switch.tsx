import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '../api/client.ts';
import { SelectField } from './select-field.tsx';

/** Narrows every list to one workspace; it is part of the address. Not shown where there is only one. */
export function WorkspaceSwitch() {
  const navigate = useNavigate();
  const { workspace } = useSearch({ strict: false });
  const { data } = useQuery({ queryKey: ['workspaces'], queryFn: ({ signal }) => api.workspaces.list({ signal }) });
  const names = data?.items.map(({ name }) => name) ?? [];
  if (names.length < 2 && workspace === undefined) return null;
  const known = workspace === undefined || names.includes(workspace) ? names : [...names, workspace];
  return (
    <SelectField
      label="Workspace"
      hideLabel
      value={workspace ?? ''}
      options={[['', 'All workspaces'], ...known.map((name) => [name, name] as const)]}
      onChange={(next) =>
        void navigate({ to: '.', search: (before) => ({ ...before, workspace: next === '' ? undefined : next }) })
      }
    />
  );
}
