import { Button, PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { sessionKey } from '../../api/session';
import type { Session } from '../../api/types/people';
import { useWrite } from '../../api/useWrite';
import { TextField } from '../../parts/fields';
import { WriteError } from '../../parts/states';
import { GateCard } from './GateCard';

interface Setup {
  agency_name: string;
  name: string;
  email: string;
  password: string;
}

export function SetupPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form, setForm] = useState<Setup>({ agency_name: '', name: '', email: '', password: '' });
  const setup = useWrite((body: Setup, key) => api.post<Session>('/setup', body, { key }), {
    onDone: (session) => client.setQueryData(sessionKey, session),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setup.send(form);
  };
  const field = (name: keyof Setup) => ({
    value: form[name],
    onChange: (e: { currentTarget: { value: string } }) =>
      setForm({ ...form, [name]: e.currentTarget.value }),
    required: true,
  });
  return (
    <GateCard title={t('signin.setup_title')}>
      <p className="muted" style={{ margin: 0 }}>
        {t('signin.setup_intro')}
      </p>
      <form className="stack" onSubmit={submit}>
        <TextField
          label={t('signin.agency')}
          dir="auto"
          {...field('agency_name')}
          data-testid="setup-agency"
        />
        <TextField
          label={t('signin.name')}
          dir="auto"
          autoComplete="name"
          {...field('name')}
          data-testid="setup-name"
        />
        <TextField
          label={t('signin.email')}
          type="email"
          dir="ltr"
          autoComplete="username"
          {...field('email')}
          data-testid="setup-email"
        />
        <PasswordInput
          label={t('signin.password')}
          description={t('signin.password_help')}
          minLength={15}
          dir="ltr"
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t('signin.show_password') }}
          {...field('password')}
          data-testid="setup-password"
        />
        <WriteError error={setup.error} />
        <Button type="submit" loading={setup.pending} fullWidth data-testid="setup-submit">
          {t('signin.setup_submit')}
        </Button>
      </form>
    </GateCard>
  );
}
