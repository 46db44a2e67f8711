import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TextField } from './fields';

/** Search that waits for a pause in typing before it changes the address. "/" jumps here. */
export function SearchField({
  value,
  onChange,
  label,
}: {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  label?: string;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState(value ?? '');
  useEffect(() => setText(value ?? ''), [value]);
  useEffect(() => {
    if (text === (value ?? '')) return;
    const timer = window.setTimeout(() => onChange(text || undefined), 300);
    return () => window.clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <TextField
      type="search"
      label={label ?? t('parts.search')}
      leftSection={<IconSearch size={15} aria-hidden />}
      value={text}
      onChange={(e) => setText(e.currentTarget.value)}
      dir="auto"
      data-search
    />
  );
}
