import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useClients, useUsers } from '../api/reads';
import { useSession } from '../api/session';

interface Picker {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  label?: string;
  required?: boolean;
  /** Offers "any" as a choice, for filters. */
  anyChoice?: boolean;
  testid?: string;
}

export function ClientPicker({ value, onChange, label, required, anyChoice, testid }: Picker) {
  const { t } = useTranslation();
  const clients = useClients();
  return (
    <Select
      label={label ?? t('parts.client')}
      placeholder={anyChoice ? t('parts.any') : undefined}
      data={(clients.data ?? []).map((c) => ({ value: c.id, label: c.name }))}
      value={value ?? null}
      onChange={(v) => onChange(v ?? undefined)}
      clearable={anyChoice}
      allowDeselect={anyChoice}
      clearButtonProps={{ 'aria-label': t('parts.clear') }}
      required={required}
      data-testid={testid}
    />
  );
}

/** A colleague. Who may not read the list of people can still choose themselves. */
export function PersonPicker({ value, onChange, label, required, anyChoice, testid }: Picker) {
  const { t } = useTranslation();
  const session = useSession();
  const users = useUsers();
  const list = users.data?.filter((u) => !u.disabled) ?? (session.user ? [session.user] : []);
  return (
    <Select
      label={label ?? t('parts.person')}
      placeholder={anyChoice ? t('parts.any') : t('parts.nobody')}
      data={list.map((u) => ({ value: u.id, label: u.name }))}
      value={value ?? null}
      onChange={(v) => onChange(v ?? undefined)}
      searchable
      clearable={!required}
      allowDeselect={!required}
      clearButtonProps={{ 'aria-label': t('parts.clear') }}
      required={required}
      data-testid={testid}
    />
  );
}

/** A choice from a list with words of its own. */
export function ChoicePicker({
  value,
  onChange,
  label,
  required,
  anyChoice,
  testid,
  data,
}: Picker & { label: string; data: { value: string; label: string }[] }) {
  const { t } = useTranslation();
  return (
    <Select
      label={label}
      placeholder={anyChoice ? t('parts.any') : undefined}
      data={data}
      value={value ?? null}
      onChange={(v) => onChange(v ?? undefined)}
      clearable={anyChoice}
      allowDeselect={anyChoice}
      clearButtonProps={{ 'aria-label': t('parts.clear') }}
      required={required}
      data-testid={testid}
    />
  );
}

/** A choice from a closed list of codes whose words are under one key. */
export function WordPicker<T extends string>({
  words,
  codes,
  value,
  onChange,
  label,
  anyChoice,
  required,
  testid,
  description,
}: {
  words: string;
  codes: readonly T[];
  value: T | undefined;
  onChange: (value: T | undefined) => void;
  label: string;
  anyChoice?: boolean;
  required?: boolean;
  testid?: string;
  description?: string;
}) {
  const { t } = useTranslation();
  return (
    <Select
      label={label}
      description={description}
      placeholder={anyChoice ? t('parts.any') : undefined}
      data={codes.map((code) => ({ value: code, label: t(`${words}.${code}`) }))}
      value={value ?? null}
      onChange={(v) => onChange((v as T | null) ?? undefined)}
      clearable={anyChoice}
      allowDeselect={anyChoice}
      clearButtonProps={{ 'aria-label': t('parts.clear') }}
      required={required}
      data-testid={testid}
    />
  );
}
