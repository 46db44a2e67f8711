import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan, useSession } from '../../api/session';
import type { CrisisDetail } from '../../api/types/crises';
import type { Handoff } from '../../api/types/work';
import { FormDialog } from '../../parts/FormDialog';
import { TextBox, TextField } from '../../parts/fields';
import { Panel } from '../../parts/Panel';
import { PersonPicker, WordPicker } from '../../parts/pickers';
import { Empty, Shown } from '../../parts/states';
import { Tag } from '../../parts/tags';
import { shortTime } from '../../time/format';
import { useNow } from '../../time/now';
import { useCrisisList, useCrisisWrite } from './queries';

const CHANNELS = ['phone', 'email', 'direct_message', 'whatsapp', 'other'];

/** Public conversations that moved to a private channel, followed until they are answered and closed. */
export function HandoffsPanel({ crisis, id }: { crisis: CrisisDetail; id: string }) {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const now = useNow();
  const query = useCrisisList<Handoff>(id, 'handoffs');
  const [editing, setEditing] = useState<Handoff | 'new' | null>(null);
  const may = can('crises.work', crisis.client_id) && crisis.status === 'open';
  return (
    <Panel
      title={t('room.handoffs')}
      flush
      aside={
        may ? (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => setEditing('new')}
            data-testid="handoff-new"
          >
            {t('parts.add')}
          </Button>
        ) : null
      }
    >
      <Shown query={query} rows={2}>
        {(handoffs) =>
          handoffs.length === 0 ? (
            <Empty>{t('room.no_handoffs')}</Empty>
          ) : (
            <ul className="plain-list divided">
              {handoffs.map((h) => (
                <li key={h.id} className="task" data-testid="handoff">
                  <div className="grow stack" style={{ gap: 1 }}>
                    <span className="strong">
                      <bdi>{h.title}</bdi>
                    </span>
                    <span className="least muted">
                      {i18n.exists(`room.channel.${h.channel}`) ? t(`room.channel.${h.channel}`) : h.channel}{' '}
                      · <bdi>{h.owner?.name ?? t('parts.nobody')}</bdi>
                      {h.due_at && h.state === 'open'
                        ? ` · ${t('clock.until', { at: shortTime(h.due_at, crisis.zone, now) })}`
                        : ''}
                    </span>
                    {h.outcome ? (
                      <span className="small">
                        <bdi>{h.outcome}</bdi>
                      </span>
                    ) : null}
                  </div>
                  <Tag tone={h.state === 'closed' ? 'done' : h.state === 'open' ? 'warn' : ''}>
                    {t(`room.handoff_state.${h.state}`)}
                  </Tag>
                  {may ? (
                    <Button
                      size="compact-xs"
                      variant="default"
                      onClick={() => setEditing(h)}
                      aria-label={`${t('parts.edit')}: ${h.title}`}
                    >
                      {t('parts.edit')}
                    </Button>
                  ) : null}
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      {editing ? (
        <HandoffDialog
          handoff={editing === 'new' ? null : editing}
          id={id}
          onClose={() => setEditing(null)}
        />
      ) : null}
    </Panel>
  );
}

function HandoffDialog({
  handoff,
  id,
  onClose,
}: {
  handoff: Handoff | null;
  id: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const session = useSession();
  const [title, setTitle] = useState(handoff?.title ?? '');
  const [channel, setChannel] = useState<string | undefined>(handoff?.channel ?? 'phone');
  const [owner, setOwner] = useState<string | undefined>(
    handoff?.owner?.id ?? handoff?.owner_id ?? session.user?.id,
  );
  const [state, setState] = useState<Handoff['state'] | undefined>(handoff?.state ?? 'open');
  const [outcome, setOutcome] = useState(handoff?.outcome ?? '');
  const write = useCrisisWrite(id, { onDone: onClose });
  const submit = () => {
    const body = { title: title.trim(), channel, owner_id: owner };
    if (handoff) {
      write.send({
        method: 'patch',
        path: `/handoffs/${handoff.id}`,
        body: { ...body, state, outcome: outcome.trim() },
      });
    } else {
      write.send({ path: '/handoffs', body });
    }
  };
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t(handoff ? 'room.handoff_edit' : 'room.handoff_new')}
      action={t('parts.save')}
      pending={write.pending}
      error={write.error}
      disabled={title.trim() === '' || (state === 'closed' && outcome.trim() === '')}
      onSubmit={submit}
      testid="handoff-save"
    >
      <TextField
        label={t('room.handoff_title')}
        value={title}
        onChange={(e) => setTitle(e.currentTarget.value)}
        required
        dir="auto"
        data-testid="handoff-title"
      />
      <WordPicker
        words="room.channel"
        codes={CHANNELS}
        label={t('room.channel_label')}
        value={channel}
        onChange={setChannel}
        required
      />
      <PersonPicker label={t('room.owner')} value={owner} onChange={setOwner} />
      {handoff ? (
        <>
          <WordPicker
            words="room.handoff_state"
            codes={['open', 'answered', 'closed'] as const}
            label={t('room.state')}
            value={state}
            onChange={setState}
            required
          />
          <TextBox
            label={t('room.outcome')}
            value={outcome}
            onChange={(e) => setOutcome(e.currentTarget.value)}
            required={state === 'closed'}
            autosize
            dir="auto"
          />
        </>
      ) : null}
    </FormDialog>
  );
}
