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

export function SignInPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useWrite(
    (body: { email: string; password: string }, key) => api.post<Session>('/session', body, { key }),
    {
      onDone: (session) => {
        client.removeQueries({ predicate: (q) => q.queryKey[0] !== 'session' });
        client.setQueryData(sessionKey, session);
      },
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.send({ email: email.trim(), password });
  };
  return (
    <GateCard title={t('signin.title')}>
      <form className="stack" onSubmit={submit}>
        <TextField
          label={t('signin.email')}
          type="email"
          autoComplete="username"
          dir="ltr"
          value={email}
          onChange={(e) => setEmail(e.currentTarget.value)}
          required
          data-testid="sign-in-email"
        />
        <PasswordInput
          label={t('signin.password')}
          autoComplete="current-password"
          dir="ltr"
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
          required
          visibilityToggleButtonProps={{ 'aria-label': t('signin.show_password') }}
          data-testid="sign-in-password"
        />
        <WriteError error={signIn.error} />
        <Button type="submit" loading={signIn.pending} fullWidth data-testid="sign-in-submit">
          {t('signin.submit')}
        </Button>
      </form>
    </GateCard>
  );
}
