import { ActionIcon, Button, Select } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { readAll } from '../../api/lists';
import { useClients } from '../../api/reads';
import type { Lang } from '../../api/types/basics';
import type { Grant, Role, User } from '../../api/types/people';
import { useWrite } from '../../api/useWrite';
import { FormDialog } from '../../parts/FormDialog';
import { TextField } from '../../parts/fields';
import { WordPicker } from '../../parts/pickers';

interface Created {
  user: User;
  password: string;
}

/** A person's name, language and grants. A new person gets a first password that is shown once. */
export function UserDialog({
  user,
  onClose,
  onSecret,
}: {
  user: User | null;
  onClose: () => void;
  onSecret: (email: string, password: string) => void;
}) {
  const { t } = useTranslation();
  const [name, setName] = useState(user?.name ?? '');
  const [email, setEmail] = useState(user?.email ?? '');
  const [lang, setLang] = useState<Lang | undefined>(user?.lang ?? 'he');
  const [grants, setGrants] = useState<Grant[]>(
    user?.grants ?? [{ role: 'account_manager', client_id: null }],
  );
  const write = useWrite(
    async (
      _: { name: string; email: string; lang?: Lang; grants: Grant[] },
      key,
    ): Promise<Created | undefined> => {
      if (!user) {
        return api.post<Created>('/users', { name: name.trim(), email: email.trim(), lang, grants }, { key });
      }
      if (name.trim() !== user.name || lang !== user.lang) {
        await api.patch(`/users/${user.id}`, { name: name.trim(), lang });
      }
      if (JSON.stringify(grants) !== JSON.stringify(user.grants)) {
        await api.put(`/users/${user.id}/grants`, { grants });
      }
      return undefined;
    },
    {
      stale: [['users'], ['session']],
      said: t('parts.saved'),
      onDone: (created) => {
        onClose();
        if (created) onSecret(created.user.email, created.password);
      },
    },
  );
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={user ? t('people.edit') : t('people.invite')}
      action={user ? t('parts.save') : t('people.invite')}
      pending={write.pending}
      error={write.error}
      disabled={name.trim() === '' || email.trim() === ''}
      onSubmit={() => write.send({ name, email, lang, grants })}
      size="lg"
      testid="user-save"
    >
      <TextField
        label={t('people.name')}
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        required
        dir="auto"
        data-testid="user-name"
      />
      <TextField
        label={t('signin.email')}
        type="email"
        dir="ltr"
        value={email}
        onChange={(e) => setEmail(e.currentTarget.value)}
        readOnly={!!user}
        required
        data-testid="user-email"
      />
      <WordPicker
        words="lang"
        codes={['he', 'en'] as const}
        label={t('frame.language')}
        value={lang}
        onChange={setLang}
        required
      />
      <GrantFields grants={grants} onChange={setGrants} />
    </FormDialog>
  );
}

const ALL = '*';

function GrantFields({ grants, onChange }: { grants: Grant[]; onChange: (grants: Grant[]) => void }) {
  const { t, i18n } = useTranslation();
  const clients = useClients().data ?? [];
  const roles = useQuery({
    queryKey: ['roles'],
    queryFn: ({ signal }) => readAll<Role>('/roles', signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const roleName = (role: string) => (i18n.exists(`labels.roles.${role}`) ? t(`labels.roles.${role}`) : role);
  const change = (index: number, part: Partial<Grant>) =>
    onChange(grants.map((g, i) => (i === index ? { ...g, ...part } : g)));
  return (
    <fieldset className="fieldset">
      <legend>{t('people.grants')}</legend>
      <div className="stack tight">
        {grants.map((grant, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: grants have no identity but their place
          <div key={index} className="row" style={{ alignItems: 'flex-end' }}>
            <Select
              className="grow"
              label={t('people.role')}
              data={(roles.data ?? []).map((r) => ({ value: r.role, label: roleName(r.role) }))}
              value={grant.role}
              onChange={(role) => role && change(index, { role })}
              data-testid="grant-role"
            />
            <Select
              className="grow"
              label={t('parts.client')}
              data={[
                { value: ALL, label: t('people.all_clients') },
                ...clients.map((c) => ({ value: c.id, label: c.name })),
              ]}
              value={grant.client_id ?? ALL}
              onChange={(id) => change(index, { client_id: id === ALL ? null : id })}
              data-testid="grant-client"
            />
            <ActionIcon
              variant="default"
              size={36}
              onClick={() => onChange(grants.filter((_, i) => i !== index))}
              aria-label={t('parts.remove_named', { name: roleName(grant.role) })}
            >
              <IconTrash size={15} />
            </ActionIcon>
          </div>
        ))}
        <div className="row">
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange([...grants, { role: 'analyst', client_id: clients[0]?.id ?? null }])}
          >
            {t('people.grant_add')}
          </Button>
        </div>
      </div>
    </fieldset>
  );
}
