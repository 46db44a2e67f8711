import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../api/session';
import type { CrisisClock, CrisisDetail, Escalation } from '../../api/types/crises';
import { Bdi } from '../../parts/Bdi';
import { CountdownLine, useClockWords } from '../../parts/Countdown';
import { FormDialog } from '../../parts/FormDialog';
import { Panel } from '../../parts/Panel';
import { WordPicker } from '../../parts/pickers';
import { Empty, WriteError } from '../../parts/states';
import { When } from '../../parts/When';
import { useCrisisWrite } from './queries';

const RUNNING = ['running', 'warned50', 'warned80', 'breached'];

/** All clocks of the crisis, with their pauses, and the escalations that breaches caused. */
export function ClocksPanel({ crisis, id }: { crisis: CrisisDetail; id: string }) {
  const { t } = useTranslation();
  return (
    <Panel title={t('room.clocks')} flush>
      {crisis.clocks.length === 0 ? (
        <Empty>{t('room.no_clocks')}</Empty>
      ) : (
        <ul className="plain-list divided">
          {crisis.clocks.map((clock) => (
            <ClockRow key={clock.id} clock={clock} crisis={crisis} id={id} />
          ))}
        </ul>
      )}
      {crisis.escalations.length > 0 ? (
        <div className="gate-box">
          <h3 className="sub-title">{t('room.escalations')}</h3>
          <ul className="plain-list stack tight">
            {crisis.escalations.map((escalation) => (
              <EscalationRow key={escalation.id} escalation={escalation} crisis={crisis} id={id} />
            ))}
          </ul>
        </div>
      ) : null}
    </Panel>
  );
}

function ClockRow({ clock, crisis, id }: { clock: CrisisClock; crisis: CrisisDetail; id: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const words = useClockWords();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState<'waiting_client' | 'waiting_legal' | undefined>('waiting_client');
  const write = useCrisisWrite(id, { onDone: () => setAsking(false) });
  const may = can('crises.command', crisis.client_id) && crisis.status === 'open';
  return (
    <li className="row apart" style={{ padding: '8px 14px' }}>
      <CountdownLine clock={clock} zone={crisis.zone} />
      <span className="row least muted">
        {clock.state === 'paused' ? words.pause(clock.pause_reason) : null}
        {clock.wave && clock.wave > 1 ? t('room.wave', { n: clock.wave }) : null}
        {may && RUNNING.includes(clock.state) ? (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => setAsking(true)}
            aria-label={t('room.pause_named', { name: words.name(clock.kind) })}
          >
            {t('room.pause')}
          </Button>
        ) : null}
        {may && clock.state === 'paused' && clock.pause_reason !== 'outside_hours' ? (
          <Button
            size="compact-xs"
            variant="default"
            loading={write.pending}
            onClick={() => write.send({ path: `/clocks/${clock.kind}/resume` })}
            aria-label={t('room.resume_named', { name: words.name(clock.kind) })}
          >
            {t('room.resume')}
          </Button>
        ) : null}
      </span>
      {asking ? (
        <FormDialog
          opened
          onClose={() => setAsking(false)}
          title={t('room.pause_named', { name: words.name(clock.kind) })}
          action={t('room.pause')}
          pending={write.pending}
          error={write.error}
          onSubmit={() => write.send({ path: `/clocks/${clock.kind}/pause`, body: { reason } })}
        >
          <p className="small muted" style={{ margin: 0 }}>
            {t('room.pause_help')}
          </p>
          <WordPicker
            words="labels.pause_reasons"
            codes={['waiting_client', 'waiting_legal'] as const}
            label={t('parts.reason')}
            value={reason}
            onChange={setReason}
            required
          />
        </FormDialog>
      ) : (
        <div style={{ flexBasis: '100%' }}>
          <WriteError error={write.error} />
        </div>
      )}
    </li>
  );
}

function EscalationRow({
  escalation,
  crisis,
  id,
}: {
  escalation: Escalation;
  crisis: CrisisDetail;
  id: string;
}) {
  const { t } = useTranslation();
  const words = useClockWords();
  const write = useCrisisWrite(id);
  return (
    <li className="row apart small">
      <span>
        {words.name(escalation.clock_kind)} · {t('room.escalation_step', { n: escalation.step })} ·{' '}
        <Bdi>{(escalation.to ?? []).join(', ')}</Bdi> · <When at={escalation.at} zone={crisis.zone} />
      </span>
      {escalation.acknowledged_at ? (
        <span className="muted">
          {t('room.acknowledged_by')} <Bdi>{escalation.acknowledged_by}</Bdi>
        </span>
      ) : (
        <Button
          size="compact-xs"
          variant="default"
          loading={write.pending}
          onClick={() => write.send({ path: `/escalations/${escalation.id}/acknowledge` })}
          data-testid="escalation-acknowledge"
        >
          {t('room.acknowledge')}
        </Button>
      )}
      <WriteError error={write.error} />
    </li>
  );
}
