import { Select } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useList } from '../../api/lists';
import type { Crisis } from '../../api/types/crises';
import type { AlertDetail } from '../../api/types/mentions';
import { useWrite } from '../../api/useWrite';
import { FormDialog } from '../../parts/FormDialog';
import { TextBox } from '../../parts/fields';
import { WordPicker } from '../../parts/pickers';

interface Props {
  alert: AlertDetail;
  onClose: () => void;
}

const STALE = [['alerts'], ['alert'], ['counts'], ['crises']];

export function AttachDialog({ alert, onClose }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [crisis, setCrisis] = useState<string | null>(null);
  const open = useList<Crisis>(['crises'], '/crises', { client: alert.client_id, status: 'open' });
  const write = useWrite(
    (crisisId: string, key) => api.post(`/alerts/${alert.id}/attach`, { crisis_id: crisisId }, { key }),
    {
      stale: STALE,
      onDone: (_, crisisId) => {
        onClose();
        void navigate({ to: '/crises/$id', params: { id: crisisId } });
      },
    },
  );
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('alerts.attach')}
      action={t('alerts.attach_action')}
      pending={write.pending}
      error={write.error}
      disabled={!crisis}
      onSubmit={() => crisis && write.send(crisis)}
      testid="alert-attach-confirm"
    >
      <Select
        label={t('alerts.attach_to')}
        data={(open.data ?? []).map((c) => ({ value: c.id, label: `${c.number} · ${c.title}` }))}
        nothingFoundMessage={t('queue.empty.open')}
        value={crisis}
        onChange={setCrisis}
        required
      />
    </FormDialog>
  );
}

export function SnoozeDialog({ alert, onClose }: Props) {
  const { t } = useTranslation();
  const [minutes, setMinutes] = useState<string | undefined>('60');
  const write = useWrite(
    (count: number, key) => api.post(`/alerts/${alert.id}/snooze`, { minutes: count }, { key }),
    { stale: STALE, onDone: onClose, said: t('alerts.snoozed') },
  );
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('alerts.snooze')}
      action={t('alerts.snooze')}
      pending={write.pending}
      error={write.error}
      onSubmit={() => write.send(Number(minutes))}
      testid="alert-snooze-confirm"
    >
      <p className="muted small" style={{ margin: 0 }}>
        {t('alerts.snooze_help')}
      </p>
      <WordPicker
        words="alerts.snooze_for"
        codes={['15', '30', '60', '240', '1440']}
        label={t('alerts.snooze_length')}
        value={minutes}
        onChange={setMinutes}
        required
      />
    </FormDialog>
  );
}

const DISMISSALS = ['not_negative', 'known_event', 'spam', 'too_small', 'other'] as const;

export function DismissDialog({ alert, onClose }: Props) {
  const { t } = useTranslation();
  const [reason, setReason] = useState<(typeof DISMISSALS)[number]>();
  const [note, setNote] = useState('');
  const write = useWrite(
    (body: { reason?: string; note: string }, key) => api.post(`/alerts/${alert.id}/dismiss`, body, { key }),
    { stale: STALE, onDone: onClose, said: t('alerts.dismissed') },
  );
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('alerts.dismiss_action')}
      action={t('alerts.dismiss_action')}
      pending={write.pending}
      error={write.error}
      disabled={!reason || (reason === 'other' && note.trim() === '')}
      onSubmit={() => write.send({ reason, note: note.trim() })}
      testid="alert-dismiss-confirm"
    >
      <WordPicker
        words="alerts.dismiss"
        codes={DISMISSALS}
        label={t('parts.reason')}
        description={t('parts.reason_help')}
        value={reason}
        onChange={setReason}
        required
        testid="alert-dismiss-reason"
      />
      <TextBox
        label={t('alerts.note')}
        value={note}
        onChange={(e) => setNote(e.currentTarget.value)}
        required={reason === 'other'}
        autosize
        minRows={2}
        dir="auto"
      />
    </FormDialog>
  );
}
