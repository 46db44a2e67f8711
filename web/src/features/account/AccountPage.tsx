import { Button, PasswordInput, SegmentedControl } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { sessionKey, useSession } from '../../api/session';
import type { Lang } from '../../api/types/basics';
import { useWrite } from '../../api/useWrite';
import { setLang } from '../../i18n';
import { TextField } from '../../parts/fields';
import { PageHead, Panel } from '../../parts/Panel';
import { NoteLine, WriteError } from '../../parts/states';
import { TokensPanel } from './TokensPanel';

export function AccountPage() {
  const { t } = useTranslation();
  return (
    <div className="page">
      <PageHead title={t('account.title')} />
      <div className="sides">
        <div className="stack">
          <Profile />
          <TokensPanel />
        </div>
        <div className="stack">
          <Password />
        </div>
      </div>
    </div>
  );
}

function Profile() {
  const { t } = useTranslation();
  const session = useSession();
  const [name, setName] = useState(session.user?.name ?? '');
  const write = useWrite((body: { name?: string; lang?: Lang }, key) => api.patch('/me', body, { key }), {
    stale: [sessionKey],
    said: t('parts.saved'),
  });
  return (
    <Panel title={t('account.profile')}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          write.send({ name: name.trim() });
        }}
      >
        <TextField label={t('signin.email')} value={session.user?.email ?? ''} readOnly dir="ltr" />
        <TextField
          label={t('people.name')}
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
          required
          dir="auto"
          autoComplete="name"
        />
        <div>
          <div className="small strong" style={{ marginBlockEnd: 4 }}>
            {t('frame.language')}
          </div>
          <SegmentedControl
            aria-label={t('frame.language')}
            value={session.user?.lang ?? 'he'}
            disabled={write.pending}
            onChange={(v) => {
              setLang(v as Lang);
              write.send({ lang: v as Lang });
            }}
            data={[
              { value: 'he', label: 'עברית' },
              { value: 'en', label: 'English' },
            ]}
          />
        </div>
        <WriteError error={write.error} />
        <div className="row">
          <Button type="submit" loading={write.pending} disabled={name.trim() === ''}>
            {t('parts.save')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function Password() {
  const { t } = useTranslation();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const write = useWrite(
    (body: { current: string; new: string }, key) => api.post('/me/password', body, { key }),
    {
      said: t('account.password_changed'),
      onDone: () => {
        setCurrent('');
        setNext('');
      },
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    write.send({ current, new: next });
  };
  return (
    <Panel title={t('account.password')}>
      <form className="stack" onSubmit={submit}>
        <NoteLine>{t('account.password_help')}</NoteLine>
        <PasswordInput
          label={t('account.current')}
          value={current}
          onChange={(e) => setCurrent(e.currentTarget.value)}
          required
          dir="ltr"
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('signin.show_password') }}
        />
        <PasswordInput
          label={t('account.new')}
          description={t('signin.password_help')}
          value={next}
          onChange={(e) => setNext(e.currentTarget.value)}
          required
          minLength={15}
          dir="ltr"
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t('signin.show_password') }}
        />
        <WriteError error={write.error} />
        <div className="row">
          <Button type="submit" loading={write.pending} disabled={current === '' || next === ''}>
            {t('account.change')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
