import { Button } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useCan, useSession } from '../../api/session';
import type { Crisis } from '../../api/types/crises';
import type { AlertDetail } from '../../api/types/mentions';
import { useWrite } from '../../api/useWrite';
import { Bdi } from '../../parts/Bdi';
import { TextField } from '../../parts/fields';
import { Panel } from '../../parts/Panel';
import { PersonPicker, WordPicker } from '../../parts/pickers';
import { NoteLine, WriteError } from '../../parts/states';
import { useReasonWords } from '../../parts/useReasonWords';
import { dateTime } from '../../time/format';
import { AttachDialog, DismissDialog, SnoozeDialog } from './TriageDialogs';

/** The decision: open a crisis, attach to one, snooze or dismiss. A settled alert says what was decided. */
export function Triage({ alert, zone }: { alert: AlertDetail; zone: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const settled = alert.state === 'opened' || alert.state === 'attached' || alert.state === 'dismissed';
  if (settled) return <Settled alert={alert} zone={zone} />;
  if (!can('alerts.triage', alert.client_id)) {
    return <NoteLine>{t('alerts.who_can')}</NoteLine>;
  }
  return (
    <>
      {alert.state === 'snoozed' && alert.snoozed_until ? (
        <NoteLine>{t('alerts.snoozed_until', { at: dateTime(alert.snoozed_until, zone) })}</NoteLine>
      ) : null}
      <OpenForm alert={alert} />
      <Others alert={alert} />
    </>
  );
}

function Settled({ alert, zone }: { alert: AlertDetail; zone: string }) {
  const { t, i18n } = useTranslation();
  const dismissed = alert.dismissed;
  return (
    <Panel title={t('alerts.settled')}>
      {alert.crisis_number ? (
        <p style={{ margin: 0 }}>
          {t(`alerts.state.${alert.state}`)}:{' '}
          <Link to="/crises/$id" params={{ id: alert.crisis_number }}>
            <Bdi code>{alert.crisis_number}</Bdi>
          </Link>
        </p>
      ) : null}
      {dismissed ? (
        <div className="stack tight">
          <span>
            {i18n.exists(`alerts.dismiss.${dismissed.reason}`)
              ? t(`alerts.dismiss.${dismissed.reason}`)
              : dismissed.reason}
          </span>
          {dismissed.note ? <Bdi>{dismissed.note}</Bdi> : null}
          <span className="least muted">
            <Bdi>{dismissed.by}</Bdi> · {dateTime(dismissed.at, zone)}
          </span>
        </div>
      ) : null}
    </Panel>
  );
}

function OpenForm({ alert }: { alert: AlertDetail }) {
  const { t } = useTranslation();
  const say = useReasonWords();
  const session = useSession();
  const navigate = useNavigate();
  const [title, setTitle] = useState('');
  const [severity, setSeverity] = useState<string | undefined>(String(alert.severity_proposed));
  const [lead, setLead] = useState<string | undefined>(session.user?.id);
  const write = useWrite(
    (body: { title: string; severity: number; lead_id?: string }, key) =>
      api.post<Crisis>(`/alerts/${alert.id}/open`, body, { key }),
    {
      stale: [['alerts'], ['alert'], ['crises'], ['counts']],
      onDone: (crisis) => void navigate({ to: '/crises/$id', params: { id: crisis.number ?? crisis.id } }),
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    write.send({ title: title.trim(), severity: Number(severity), lead_id: lead });
  };
  return (
    <Panel title={t('alerts.open_title')}>
      <form className="stack" onSubmit={submit}>
        <TextField
          label={t('queue.crisis_title')}
          placeholder={t('alerts.title_example')}
          value={title}
          onChange={(e) => setTitle(e.currentTarget.value)}
          required
          dir="auto"
          data-testid="alert-open-title"
        />
        <WordPicker
          words="severity.choice"
          codes={['1', '2', '3', '4']}
          label={t('queue.severity')}
          value={severity}
          onChange={setSeverity}
          required
          testid="alert-open-severity"
        />
        <div className="quote small">
          <strong>{t('alerts.why', { severity: alert.severity_proposed })}</strong>
          <ul style={{ margin: '4px 0 0', paddingInlineStart: 18 }}>
            {(alert.reasons ?? []).map((reason) => (
              <li key={reason.code + JSON.stringify(reason.params)}>{say(reason)}</li>
            ))}
          </ul>
        </div>
        <PersonPicker label={t('queue.lead')} value={lead} onChange={setLead} />
        <WriteError error={write.error} />
        <Button
          type="submit"
          loading={write.pending}
          disabled={title.trim() === ''}
          data-testid="alert-open-crisis"
        >
          {t('queue.open_action')}
        </Button>
      </form>
    </Panel>
  );
}

function Others({ alert }: { alert: AlertDetail }) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<'attach' | 'snooze' | 'dismiss' | null>(null);
  const close = () => setDialog(null);
  return (
    <Panel title={t('alerts.or')}>
      <div className="row">
        <Button variant="default" onClick={() => setDialog('attach')} data-testid="alert-attach">
          {t('alerts.attach')}
        </Button>
        <Button variant="default" onClick={() => setDialog('snooze')} data-testid="alert-snooze">
          {t('alerts.snooze')}
        </Button>
        <Button variant="default" onClick={() => setDialog('dismiss')} data-testid="alert-dismiss">
          {t('alerts.dismiss_action')}
        </Button>
      </div>
      {dialog === 'attach' ? <AttachDialog alert={alert} onClose={close} /> : null}
      {dialog === 'snooze' ? <SnoozeDialog alert={alert} onClose={close} /> : null}
      {dialog === 'dismiss' ? <DismissDialog alert={alert} onClose={close} /> : null}
    </Panel>
  );
}
