import { Button, PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { sessionKey } from '../../api/session';
import type { Session } from '../../api/types/people';
import { useWrite } from '../../api/useWrite';
import { WriteError } from '../../parts/states';
import { GateCard } from './GateCard';

/** After a first password that somebody else has seen: a new one, before anything else. */
export function NewPasswordPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const write = useWrite(
    (body: { current: string; new: string }, key) => api.post<Session>('/me/password', body, { key }),
    { onDone: (session) => client.setQueryData(sessionKey, session) },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    write.send({ current, new: next });
  };
  const eye = { 'aria-label': t('signin.show_password') };
  return (
    <GateCard title={t('signin.new_title')}>
      <p className="muted" style={{ margin: 0 }}>
        {t('signin.new_intro')}
      </p>
      <form className="stack" onSubmit={submit}>
        <PasswordInput
          label={t('signin.given')}
          autoComplete="current-password"
          dir="ltr"
          value={current}
          onChange={(e) => setCurrent(e.currentTarget.value)}
          required
          visibilityToggleButtonProps={eye}
          data-testid="new-password-current"
        />
        <PasswordInput
          label={t('account.new')}
          description={t('signin.password_help')}
          autoComplete="new-password"
          dir="ltr"
          minLength={15}
          value={next}
          onChange={(e) => setNext(e.currentTarget.value)}
          required
          visibilityToggleButtonProps={eye}
          data-testid="new-password-new"
        />
        <WriteError error={write.error} />
        <Button type="submit" loading={write.pending} fullWidth data-testid="new-password-submit">
          {t('account.change')}
        </Button>
      </form>
    </GateCard>
  );
}
