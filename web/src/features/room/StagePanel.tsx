import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../api/session';
import { STAGES, type Stage } from '../../api/types/basics';
import type { CrisisDetail } from '../../api/types/crises';
import { ReasonDialog } from '../../parts/FormDialog';
import { Panel } from '../../parts/Panel';
import { Empty, NoteLine, WriteError } from '../../parts/states';
import { CommandDialog } from './CommandDialogs';
import { MissingList } from './MissingList';
import { useCrisisWrite } from './queries';
import { TaskList } from './TaskList';

/** A stage's tasks and, for the current stage, its gate: what is missing, and the way out. */
export function StagePanel({ crisis, id, stage }: { crisis: CrisisDetail; id: string; stage: Stage }) {
  const { t } = useTranslation();
  const record = crisis.stages.find((s) => s.stage === stage);
  const tasks = crisis.tasks.filter((task) => task.stage === stage);
  const current = crisis.stage === stage && crisis.status === 'open';
  const open = tasks.filter((task) => task.state === 'open').length;
  return (
    <Panel
      title={t(`labels.stages.${stage}`)}
      aside={<span className="small muted">{t('room.open_tasks', { count: open })}</span>}
      flush
    >
      {record?.overridden ? (
        <div style={{ padding: '10px 14px 0' }}>
          <NoteLine tone="warn">
            {t('room.left_with_missing')}{' '}
            {record.override_reason ? <bdi>{record.override_reason}</bdi> : null}
          </NoteLine>
        </div>
      ) : null}
      {tasks.length === 0 ? (
        <Empty>{t('room.no_tasks')}</Empty>
      ) : (
        <TaskList tasks={tasks} crisis={crisis} id={id} />
      )}
      {current ? <Gate crisis={crisis} id={id} /> : null}
    </Panel>
  );
}

function Gate({ crisis, id }: { crisis: CrisisDetail; id: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const [asking, setAsking] = useState(false);
  const [closing, setClosing] = useState(false);
  const write = useCrisisWrite(id, { onDone: () => setAsking(false), said: t('room.stage_left') });
  const missing = crisis.gate.missing;
  const last = crisis.stage === 'sustain';
  const next = STAGES[STAGES.indexOf(crisis.stage) + 1];
  const leave = (override?: string) =>
    write.send({
      path: '/leave-stage',
      body: { expected_stage: crisis.stage, ...(override ? { override_reason: override } : {}) },
    });
  const press = () => {
    if (last) setClosing(true);
    else if (missing.length > 0) setAsking(true);
    else leave();
  };
  const may = can('crises.command', crisis.client_id);
  const blocked = missing.length > 0 && !crisis.gate.can_override;
  return (
    <div className="gate-box">
      <h3 className="sub-title">{missing.length > 0 ? t('room.gate_missing') : t('room.gate_ready')}</h3>
      {missing.length > 0 ? <MissingList missing={missing} /> : null}
      {may ? (
        <div className="stack tight" style={{ marginBlockStart: 10 }}>
          {asking ? null : <WriteError error={write.error} />}
          <div className="row">
            <Button
              onClick={press}
              loading={write.pending && !asking}
              disabled={blocked}
              variant={missing.length > 0 ? 'default' : 'filled'}
              data-testid={last ? 'close-crisis' : 'leave-stage'}
            >
              {last
                ? t('room.commands.close')
                : missing.length > 0
                  ? t('room.leave_anyway', { next: t(`labels.stages_short.${next}`) })
                  : t('room.leave', { next: t(`labels.stages_short.${next}`) })}
            </Button>
            {blocked ? <span className="small muted">{t('room.no_override')}</span> : null}
          </div>
        </div>
      ) : (
        <p className="small muted" style={{ margin: '8px 0 0' }}>
          {t('room.who_can_leave')}
        </p>
      )}
      <ReasonDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('room.override_title')}
        intro={<MissingList missing={missing} />}
        label={t('room.override_reason')}
        action={t('room.override_action')}
        write={{ ...write, send: leave }}
        danger
        testid="override"
      />
      {closing ? (
        <CommandDialog command="close" crisis={crisis} id={id} onClose={() => setClosing(false)} />
      ) : null}
    </div>
  );
}
