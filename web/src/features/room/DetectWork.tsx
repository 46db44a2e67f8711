import { Button, Radio } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../api/session';
import type { CrisisDetail } from '../../api/types/crises';
import { ReasonDialog } from '../../parts/FormDialog';
import { TextBox } from '../../parts/fields';
import { Panel } from '../../parts/Panel';
import { NoteLine, WriteError } from '../../parts/states';
import { useCrisisWrite } from './queries';

interface Props {
  crisis: CrisisDetail;
  id: string;
}

/** Stage 1's two decisions: a first acknowledgement (or none, with a reason), and what happens to scheduled posts. */
export function DetectWork(props: Props) {
  return (
    <>
      <Acknowledgement {...props} />
      <Scheduled {...props} />
    </>
  );
}

function Acknowledgement({ crisis, id }: Props) {
  const { t } = useTranslation();
  const can = useCan();
  const [asking, setAsking] = useState(false);
  const write = useCrisisWrite(id, { onDone: () => setAsking(false), said: t('parts.saved') });
  const { state, reason } = crisis.acknowledgement;
  return (
    <Panel title={t('room.acknowledgement')}>
      <div className="stack tight">
        <NoteLine tone={state === 'none' ? 'warn' : 'ok'}>
          {t(`room.acknowledgement_state.${state}`)} {reason ? <bdi>{reason}</bdi> : null}
        </NoteLine>
        {state === 'none' && can('crises.work', crisis.client_id) ? (
          <div className="row">
            <Button
              variant="default"
              size="compact-md"
              onClick={() => setAsking(true)}
              data-testid="ack-waive"
            >
              {t('room.acknowledgement_waive')}
            </Button>
            <span className="small muted">{t('room.acknowledgement_help')}</span>
          </div>
        ) : null}
      </div>
      <ReasonDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('room.acknowledgement_waive')}
        action={t('room.acknowledgement_waive')}
        write={{
          ...write,
          send: (said) => write.send({ path: '/acknowledgement/waive', body: { reason: said } }),
        }}
        testid="ack-waive"
      />
    </Panel>
  );
}

function Scheduled({ crisis, id }: Props) {
  const { t } = useTranslation();
  const can = useCan();
  const known = crisis.schedule_decision;
  const decided = typeof known === 'string' ? { decision: known, reason: '' } : known;
  const [decision, setDecision] = useState<string>(decided?.decision ?? '');
  const [reason, setReason] = useState(decided?.reason ?? '');
  const write = useCrisisWrite(id, { said: t('parts.saved') });
  const may = can('crises.work', crisis.client_id) && crisis.status === 'open';
  return (
    <Panel title={t('room.scheduled')}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          write.send({
            method: 'put',
            path: '/schedule-decision',
            body: { decision, reason: reason.trim() },
          });
        }}
      >
        {decided?.decision ? (
          <div data-testid="schedule-decided">
            <NoteLine tone="ok">
              {t(`room.schedule.${decided.decision}`)} {decided.reason ? <bdi>{decided.reason}</bdi> : null}
            </NoteLine>
          </div>
        ) : null}
        {may ? (
          <>
            <Radio.Group label={t('room.schedule_label')} value={decision} onChange={setDecision}>
              <div className="row" style={{ marginBlockStart: 6, gap: 16 }}>
                <Radio value="hold" label={t('room.schedule.hold')} data-testid="schedule-hold" />
                <Radio value="let_run" label={t('room.schedule.let_run')} data-testid="schedule-let-run" />
              </div>
            </Radio.Group>
            <TextBox
              label={t('parts.reason')}
              value={reason}
              onChange={(e) => setReason(e.currentTarget.value)}
              autosize
              dir="auto"
              data-testid="schedule-reason"
            />
            <WriteError error={write.error} />
            <div className="row">
              <Button
                type="submit"
                variant="default"
                size="compact-md"
                loading={write.pending}
                disabled={!decision || reason.trim() === ''}
                data-testid="schedule-save"
              >
                {t('parts.save')}
              </Button>
            </div>
          </>
        ) : null}
      </form>
    </Panel>
  );
}
