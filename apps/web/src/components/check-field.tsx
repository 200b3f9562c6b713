/** A box to tick, with what it means beside it. */
export function CheckField({
  label,
  checked,
  onChange,
  disabled = false,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}) {
  return (
    <label className={`flex h-8 items-center gap-2 text-sm ${disabled ? 'text-faint' : 'text-soft'}`}>
      <input
        type="checkbox"
        className="size-4 accent-(--accent-strong)"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}
