import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useWrite } from '../../api/useWrite';
import { FormDialog } from '../../parts/FormDialog';

/** Removes a contact or an account, after asking. */
export function RemoveButton({ path, name }: { path: string; name: string }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const write = useWrite(() => api.remove(path), { stale: [['clients']], onDone: () => setAsking(false) });
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        color="red"
        onClick={() => setAsking(true)}
        aria-label={t('parts.remove_named', { name })}
      >
        {t('parts.remove')}
      </Button>
      <FormDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('parts.remove_named', { name })}
        action={t('parts.remove')}
        pending={write.pending}
        error={write.error}
        onSubmit={() => write.send(undefined)}
        danger
      >
        <p style={{ margin: 0 }}>{t('clients.remove_help')}</p>
      </FormDialog>
    </>
  );
}
