import type { Grant } from '@millrace/api';
import { Plus, X } from 'lucide-react';
import { useId } from 'react';
import { useMe } from '../../api/use-me.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { CheckField } from '../../components/check-field.tsx';
import { Select } from '../../components/select-field.tsx';
import { fieldClass } from '../../components/text-field.tsx';

type Where = Grant['where'];

/** What a role allows and denies, or what a key may do of it: one row for each grant. */
export function GrantsEditor({ grants, onChange }: { grants: readonly Grant[]; onChange: (grants: Grant[]) => void }) {
  const listId = useId();
  const change = (index: number, next: Partial<Grant>) =>
    onChange(grants.map((grant, at) => (at === index ? { ...grant, ...next } : grant)));
  return (
    <fieldset>
      <legend className="mb-1 font-medium text-sm">Grants</legend>
      <datalist id={listId}>
        {usePatterns().map((pattern) => (
          <option key={pattern} value={pattern} />
        ))}
      </datalist>
      <ol className="space-y-2">
        {grants.map((grant, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a grant has no other name than its place
          <li key={index} aria-label={`Grant ${index + 1}`} className="space-y-2 rounded-md border bg-ground p-2">
            <div className="flex gap-2">
              <div className="w-28">
                <Select
                  aria-label="Allows or denies"
                  value={grant.effect}
                  onChange={(event) => change(index, { effect: event.target.value === 'deny' ? 'deny' : 'allow' })}
                >
                  <option value="allow">allows</option>
                  <option value="deny">denies</option>
                </Select>
              </div>
              <input
                aria-label="Permission"
                placeholder="run:read, run:*, *:read, *"
                list={listId}
                spellCheck={false}
                value={grant.permission}
                onChange={(event) => change(index, { permission: event.target.value as Grant['permission'] })}
                className={`${fieldClass} font-mono text-xs!`}
              />
              <IconButton
                label={`Remove grant ${index + 1}`}
                onClick={() => onChange(grants.filter((_, at) => at !== index))}
              >
                <X />
              </IconButton>
            </div>
            <WhereFields where={grant.where} onChange={(where) => change(index, { where })} />
          </li>
        ))}
      </ol>
      <Button
        small
        className="mt-2"
        onClick={() => onChange([...grants, { effect: 'allow', permission: '' as Grant['permission'], where: {} }])}
      >
        <Plus aria-hidden />
        Add a grant
      </Button>
    </fieldset>
  );
}

/** Where something counts; what is left empty: everywhere. */
export function WhereFields({ where, onChange }: { where: Where; onChange: (where: Where) => void }) {
  const { own, ...texts } = where;
  const change = (name: 'workspace' | 'name' | 'folder' | 'label', value: string) => {
    const { [name]: _before, ...rest } = where;
    onChange(value === '' ? rest : { ...rest, [name]: value });
  };
  return (
    <div className="grid gap-2 sm:grid-cols-5">
      {(['workspace', 'folder', 'name', 'label'] as const).map((name) => (
        <input
          key={name}
          aria-label={{ workspace: 'In workspace', folder: 'In folder', name: 'Of name', label: 'With tag' }[name]}
          placeholder={{ workspace: 'any workspace', folder: 'any folder', name: 'any name', label: 'any tag' }[name]}
          spellCheck={false}
          value={texts[name] ?? ''}
          onChange={(event) => change(name, event.target.value)}
          className={fieldClass}
        />
      ))}
      <CheckField
        label="own runs only"
        checked={own === true}
        onChange={(next) => {
          const { own: _own, ...rest } = where;
          onChange(next ? { ...rest, own: true } : rest);
        }}
      />
    </div>
  );
}

/** All permissions, and what stands for several. */
function usePatterns(): readonly string[] {
  const all = Object.keys(useMe()?.permissions ?? {});
  const [nouns, verbs] = [0, 1].map((part) => [...new Set(all.map((one) => one.split(':')[part] ?? ''))]);
  return ['*', ...all, ...(nouns ?? []).map((noun) => `${noun}:*`), ...(verbs ?? []).map((verb) => `*:${verb}`)];
}
