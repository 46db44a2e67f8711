import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useSession } from '../../api/session';
import type { Crisis } from '../../api/types/crises';
import { useWrite } from '../../api/useWrite';
import { FormDialog } from '../../parts/FormDialog';
import { TextField } from '../../parts/fields';
import { ClientPicker, PersonPicker, WordPicker } from '../../parts/pickers';

/** A crisis that somebody heard of before the monitoring did: opened by hand. */
export function OpenCrisisDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const session = useSession();
  const [client, setClient] = useState<string>();
  const [title, setTitle] = useState('');
  const [severity, setSeverity] = useState<string | undefined>('3');
  const [lead, setLead] = useState<string | undefined>(session.user?.id);
  const write = useWrite((body: Record<string, unknown>, key) => api.post<Crisis>('/crises', body, { key }), {
    stale: [['crises'], ['counts']],
    onDone: (crisis) => {
      onClose();
      void navigate({ to: '/crises/$id', params: { id: crisis.number ?? crisis.id } });
    },
  });
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('queue.open_by_hand')}
      action={t('queue.open_action')}
      pending={write.pending}
      error={write.error}
      disabled={!client || title.trim() === ''}
      onSubmit={() =>
        write.send({ client_id: client, title: title.trim(), severity: Number(severity), lead_id: lead })
      }
      testid="crisis-new-confirm"
    >
      <ClientPicker value={client} onChange={setClient} required testid="crisis-new-client" />
      <TextField
        label={t('queue.crisis_title')}
        value={title}
        onChange={(e) => setTitle(e.currentTarget.value)}
        dir="auto"
        required
        data-testid="crisis-new-title"
      />
      <WordPicker
        words="severity.choice"
        codes={['1', '2', '3', '4']}
        label={t('queue.severity')}
        value={severity}
        onChange={setSeverity}
        required
      />
      <PersonPicker label={t('queue.lead')} value={lead} onChange={setLead} />
    </FormDialog>
  );
}
