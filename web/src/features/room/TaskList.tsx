import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconCircle, IconCircleCheckFilled, IconCircleMinus, IconDots, IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../api/session';
import type { CrisisDetail, Task } from '../../api/types/crises';
import { Bdi } from '../../parts/Bdi';
import { FormDialog, ReasonDialog } from '../../parts/FormDialog';
import { PersonPicker } from '../../parts/pickers';
import { WriteError } from '../../parts/states';
import { Tag } from '../../parts/tags';
import { shortTime } from '../../time/format';
import { useNow } from '../../time/now';
import { useCrisisWrite } from './queries';

const ICONS = { open: IconCircle, done: IconCircleCheckFilled, waived: IconCircleMinus };

export function TaskList({ tasks, crisis, id }: { tasks: Task[]; crisis: CrisisDetail; id: string }) {
  return (
    <ul className="plain-list divided">
      {tasks.map((task) => (
        <TaskRow key={task.id} task={task} crisis={crisis} id={id} />
      ))}
    </ul>
  );
}

function TaskRow({ task, crisis, id }: { task: Task; crisis: CrisisDetail; id: string }) {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const now = useNow();
  const [dialog, setDialog] = useState<'waive' | 'assign' | null>(null);
  const write = useCrisisWrite(id, { onDone: () => setDialog(null) });
  const patch = (body: Record<string, unknown>) =>
    write.send({ method: 'patch', path: `/tasks/${task.id}`, body });
  const he = i18n.language !== 'en';
  const Icon = ICONS[task.state] ?? IconCircle;
  const may = can('crises.work', crisis.client_id) && crisis.status === 'open';
  const late = task.state === 'open' && !!task.due_at && Date.parse(task.due_at) < now;
  const help = he ? task.help_he : task.help_en;
  const title = he ? task.title_he : task.title_en;
  return (
    <li
      className={`task ${task.state === 'open' ? '' : 'settled'}`}
      data-testid="task"
      data-task-kind={task.kind}
    >
      <Icon
        size={18}
        aria-hidden
        style={{
          flex: 'none',
          marginBlockStart: 3,
          color: task.state === 'done' ? 'var(--done)' : undefined,
        }}
      />
      <div className="grow stack" style={{ gap: 2 }}>
        <div className="row" style={{ gap: 6 }}>
          <span className={task.state === 'open' ? 'strong' : ''}>
            <span className="hidden-text">{t(`room.task_state.${task.state}`)}: </span>
            {title}
          </span>
          {task.required ? null : <Tag>{t('room.optional')}</Tag>}
          {task.blocked && task.state === 'open' ? (
            <Tag>
              <IconLock size={12} aria-hidden />
              {t('room.blocked')}
            </Tag>
          ) : null}
        </div>
        {help && task.state === 'open' ? <span className="small muted">{help}</span> : null}
        <span className="least muted">
          {task.assignee ? (
            <Bdi>{task.assignee.name}</Bdi>
          ) : task.role ? (
            t(`labels.roles.${task.role}`)
          ) : null}
          {task.due_at && task.state === 'open' ? (
            <span className={late ? 'late strong' : ''}>
              {task.assignee || task.role ? ' · ' : ''}
              {late ? `${t('clock.late')} · ` : ''}
              {t('clock.until', { at: shortTime(task.due_at, crisis.zone, now) })}
            </span>
          ) : null}
          {task.done_at ? ` · ${shortTime(task.done_at, crisis.zone, now)}` : null}
          {task.note ? (
            <>
              {' · '}
              <Bdi>{task.note}</Bdi>
            </>
          ) : null}
        </span>
        {dialog ? null : <WriteError error={write.error} />}
      </div>
      {may ? (
        <div className="row" style={{ flexWrap: 'nowrap' }}>
          {task.state === 'open' ? (
            <Button
              size="compact-sm"
              variant="default"
              disabled={task.blocked}
              loading={write.pending && dialog === null}
              onClick={() => patch({ state: 'done' })}
              aria-label={t('room.task_done_named', { title })}
              data-testid="task-done"
            >
              {t('room.task_done')}
            </Button>
          ) : null}
          <TaskMenu task={task} title={title} onAct={patch} onDialog={setDialog} />
        </div>
      ) : null}
      <ReasonDialog
        opened={dialog === 'waive'}
        onClose={() => setDialog(null)}
        title={t('room.task_waive')}
        intro={<p style={{ margin: 0 }}>{title}</p>}
        action={t('room.task_waive')}
        write={{ ...write, send: (note) => patch({ state: 'waived', note }) }}
        testid="task-waive"
      />
      {dialog === 'assign' ? (
        <AssignDialog task={task} onClose={() => setDialog(null)} write={write} onSend={patch} />
      ) : null}
    </li>
  );
}

function TaskMenu({
  task,
  title,
  onAct,
  onDialog,
}: {
  task: Task;
  title: string;
  onAct: (body: Record<string, unknown>) => void;
  onDialog: (dialog: 'waive' | 'assign') => void;
}) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('room.task_more', { title })}>
          <IconDots size={17} color="var(--text)" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onDialog('assign')}>{t('room.task_assign')}</Menu.Item>
        {task.state === 'open' ? (
          <Menu.Item onClick={() => onDialog('waive')}>{t('room.task_waive')}</Menu.Item>
        ) : (
          <Menu.Item onClick={() => onAct({ state: 'open' })}>{t('room.task_reopen')}</Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function AssignDialog({
  task,
  onClose,
  write,
  onSend,
}: {
  task: Task;
  onClose: () => void;
  write: { pending: boolean; error: unknown };
  onSend: (body: Record<string, unknown>) => void;
}) {
  const { t } = useTranslation();
  const [person, setPerson] = useState<string | undefined>(task.assignee?.id);
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('room.task_assign')}
      action={t('parts.save')}
      pending={write.pending}
      error={write.error}
      disabled={!person}
      onSubmit={() => onSend({ assignee_id: person })}
    >
      <PersonPicker value={person} onChange={setPerson} required />
    </FormDialog>
  );
}
