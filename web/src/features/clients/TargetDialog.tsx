import { PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import type { Target } from '../../api/types/clients';
import { useWrite } from '../../api/useWrite';
import { FormDialog } from '../../parts/FormDialog';
import { TextField } from '../../parts/fields';
import { PLATFORMS, usePlatformName } from '../../parts/Platform';
import { ChoicePicker, WordPicker } from '../../parts/pickers';

/** An account to publish to. Its password goes in and never comes back. */
export function TargetDialog({
  clientId,
  target,
  onClose,
}: {
  clientId: string;
  target: Target | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const platform = usePlatformName();
  const [kind, setKind] = useState<Target['kind'] | undefined>(target?.kind ?? 'by_hand');
  const [where, setWhere] = useState<string | undefined>(target?.platform ?? 'facebook');
  const [account, setAccount] = useState(target?.account ?? '');
  const [url, setUrl] = useState(target?.url ?? '');
  const [identifier, setIdentifier] = useState(target?.identifier ?? '');
  const [password, setPassword] = useState('');
  const [service, setService] = useState(target?.service_url ?? '');
  const path = `/clients/${clientId}/targets`;
  const write = useWrite(
    (body: Record<string, unknown>, key) =>
      target ? api.patch(`${path}/${target.id}`, body, { key }) : api.post(path, body, { key }),
    { stale: [['clients', clientId]], onDone: onClose },
  );
  const connected = kind === 'bluesky';
  const submit = () =>
    write.send({
      ...(target ? {} : { kind, platform: connected ? 'bluesky' : where }),
      account: account.trim(),
      ...(connected
        ? {
            identifier: identifier.trim(),
            ...(password ? { app_password: password } : {}),
            ...(service.trim() ? { service_url: service.trim() } : {}),
          }
        : { ...(url.trim() ? { url: url.trim() } : {}) }),
    });
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t(target ? 'clients.target_edit' : 'clients.target_new')}
      action={t('parts.save')}
      pending={write.pending}
      error={write.error}
      disabled={
        account.trim() === '' || (connected && (identifier.trim() === '' || (!target && password === '')))
      }
      onSubmit={submit}
      testid="target-save"
    >
      {target ? null : (
        <WordPicker
          words="clients.target_kind"
          codes={['by_hand', 'bluesky'] as const}
          label={t('clients.target_how')}
          value={kind}
          onChange={setKind}
          required
        />
      )}
      {connected || target ? null : (
        <ChoicePicker
          label={t('mentions.platform')}
          data={PLATFORMS.map((p) => ({ value: p, label: platform(p) }))}
          value={where}
          onChange={setWhere}
          required
        />
      )}
      <TextField
        label={t('clients.account')}
        value={account}
        onChange={(e) => setAccount(e.currentTarget.value)}
        required
        dir="auto"
      />
      {connected ? (
        <>
          <TextField
            label={t('clients.identifier')}
            value={identifier}
            onChange={(e) => setIdentifier(e.currentTarget.value)}
            required
            dir="ltr"
            autoComplete="off"
          />
          <PasswordInput
            label={t('clients.app_password')}
            description={target ? t('clients.app_password_keep') : t('clients.app_password_help')}
            value={password}
            onChange={(e) => setPassword(e.currentTarget.value)}
            required={!target}
            dir="ltr"
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': t('signin.show_password') }}
          />
          <TextField
            label={t('clients.service_url')}
            placeholder="https://bsky.social"
            value={service}
            onChange={(e) => setService(e.currentTarget.value)}
            type="url"
            dir="ltr"
          />
        </>
      ) : (
        <TextField
          label={t('clients.page_url')}
          value={url}
          onChange={(e) => setUrl(e.currentTarget.value)}
          type="url"
          dir="ltr"
        />
      )}
    </FormDialog>
  );
}
