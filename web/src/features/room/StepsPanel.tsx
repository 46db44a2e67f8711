import { Button, Checkbox } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan, useSession } from '../../api/session';
import type { CrisisDetail } from '../../api/types/crises';
import type { Step } from '../../api/types/work';
import { DateTimeField } from '../../parts/DateTimeField';
import { FormDialog } from '../../parts/FormDialog';
import { TextField } from '../../parts/fields';
import { Panel } from '../../parts/Panel';
import { PersonPicker } from '../../parts/pickers';
import { Empty, Shown, WriteError } from '../../parts/states';
import { shortTime } from '../../time/format';
import { useNow } from '../../time/now';
import { useCrisisList, useCrisisWrite } from './queries';

/** The steps to a solution: said publicly, so each has an owner and a date, and none may be overdue. */
export function StepsPanel({ crisis, id }: { crisis: CrisisDetail; id: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const query = useCrisisList<Step>(id, 'steps');
  const [editing, setEditing] = useState<Step | 'new' | null>(null);
  const may = can('crises.work', crisis.client_id) && crisis.status === 'open';
  return (
    <Panel
      title={t('room.steps')}
      flush
      aside={
        may ? (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => setEditing('new')}
            data-testid="step-new"
          >
            {t('parts.add')}
          </Button>
        ) : null
      }
    >
      <Shown query={query} rows={2}>
        {(steps) =>
          steps.length === 0 ? (
            <Empty>{t('room.no_steps')}</Empty>
          ) : (
            <ul className="plain-list divided">
              {steps.map((step) => (
                <StepRow
                  key={step.id}
                  step={step}
                  crisis={crisis}
                  id={id}
                  may={may}
                  onEdit={() => setEditing(step)}
                />
              ))}
            </ul>
          )
        }
      </Shown>
      {editing ? (
        <StepDialog
          step={editing === 'new' ? null : editing}
          crisis={crisis}
          id={id}
          onClose={() => setEditing(null)}
        />
      ) : null}
    </Panel>
  );
}

function StepRow({
  step,
  crisis,
  id,
  may,
  onEdit,
}: {
  step: Step;
  crisis: CrisisDetail;
  id: string;
  may: boolean;
  onEdit: () => void;
}) {
  const { t } = useTranslation();
  const now = useNow();
  const write = useCrisisWrite(id);
  const late = !step.done && !!step.due_at && Date.parse(step.due_at) < now;
  return (
    <li className="task">
      <Checkbox
        checked={step.done}
        disabled={!may || write.pending}
        onChange={(e) =>
          write.send({ method: 'patch', path: `/steps/${step.id}`, body: { done: e.currentTarget.checked } })
        }
        aria-label={t('room.step_done_named', { text: step.text })}
        data-testid="step-done"
      />
      <div className="grow stack" style={{ gap: 1 }}>
        <span className={step.done ? 'muted' : 'strong'}>
          <bdi>{step.text}</bdi>
        </span>
        <span className={`least ${late ? 'late strong' : 'muted'}`}>
          <bdi>{step.owner?.name ?? t('parts.nobody')}</bdi>
          {step.due_at ? ` · ${late ? `${t('clock.late')} · ` : ''}` : ''}
          {step.due_at ? t('clock.until', { at: shortTime(step.due_at, crisis.zone, now) }) : null}
        </span>
        <WriteError error={write.error} />
      </div>
      {may ? (
        <Button
          size="compact-xs"
          variant="default"
          onClick={onEdit}
          aria-label={`${t('parts.edit')}: ${step.text}`}
        >
          {t('parts.edit')}
        </Button>
      ) : null}
    </li>
  );
}

function StepDialog({
  step,
  crisis,
  id,
  onClose,
}: {
  step: Step | null;
  crisis: CrisisDetail;
  id: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const session = useSession();
  const [text, setText] = useState(step?.text ?? '');
  const [owner, setOwner] = useState<string | undefined>(
    step?.owner?.id ?? step?.owner_id ?? session.user?.id,
  );
  const [due, setDue] = useState<string | null>(step?.due_at ?? null);
  const write = useCrisisWrite(id, { onDone: onClose });
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t(step ? 'room.step_edit' : 'room.step_new')}
      action={t('parts.save')}
      pending={write.pending}
      error={write.error}
      disabled={text.trim() === ''}
      onSubmit={() =>
        write.send({
          method: step ? 'patch' : 'post',
          path: step ? `/steps/${step.id}` : '/steps',
          body: { text: text.trim(), owner_id: owner, due_at: due ?? undefined },
        })
      }
      testid="step-save"
    >
      <TextField
        label={t('room.step_text')}
        value={text}
        onChange={(e) => setText(e.currentTarget.value)}
        required
        dir="auto"
        data-testid="step-text"
      />
      <PersonPicker label={t('room.owner')} value={owner} onChange={setOwner} />
      <DateTimeField
        label={t('room.due')}
        value={due}
        onChange={setDue}
        zone={crisis.zone}
        testid="step-due"
      />
    </FormDialog>
  );
}
