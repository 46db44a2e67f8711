import { Button, Select } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useList } from '../../api/lists';
import { useCan } from '../../api/session';
import type { CrisisDetail } from '../../api/types/crises';
import type { Draft } from '../../api/types/drafts';
import type { PlanItem } from '../../api/types/work';
import { DateTimeField } from '../../parts/DateTimeField';
import { FormDialog } from '../../parts/FormDialog';
import { TextBox, TextField } from '../../parts/fields';
import { Panel } from '../../parts/Panel';
import { WordPicker } from '../../parts/pickers';
import { Empty, Shown } from '../../parts/states';
import { Tag } from '../../parts/tags';
import { dateTime } from '../../time/format';
import { useCrisisList, useCrisisWrite } from './queries';

const KINDS = ['story', 'achievement', 'value'] as const;

/** Stage 4's plan: a balance of the three kinds of positive content, each with its draft. */
export function PlanPanel({ crisis, id }: { crisis: CrisisDetail; id: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const query = useCrisisList<PlanItem>(id, 'plan');
  const [editing, setEditing] = useState<PlanItem | 'new' | null>(null);
  const may = can('crises.work', crisis.client_id) && crisis.status === 'open';
  return (
    <Panel
      title={t('room.plan')}
      flush
      aside={
        may ? (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => setEditing('new')}
            data-testid="plan-new"
          >
            {t('parts.add')}
          </Button>
        ) : null
      }
    >
      <Shown query={query} rows={2}>
        {(items) => (
          <>
            <div className="row" style={{ padding: '8px 14px' }}>
              {KINDS.map((kind) => (
                <Tag key={kind} tone={items.some((i) => i.kind === kind) ? 'done' : 'warn'}>
                  {t(`room.plan_kind.${kind}`)}: {items.filter((i) => i.kind === kind).length}
                </Tag>
              ))}
            </div>
            {items.length === 0 ? (
              <Empty>{t('room.no_plan')}</Empty>
            ) : (
              <ul className="plain-list divided">
                {items.map((item) => (
                  <li key={item.id} className="task">
                    <div className="grow stack" style={{ gap: 1 }}>
                      <span className="strong">
                        <bdi>{item.title}</bdi>
                      </span>
                      <span className="least muted">
                        {t(`room.plan_kind.${item.kind}`)}
                        {item.planned_for ? ` · ${dateTime(item.planned_for, crisis.zone)}` : ''}
                        {item.draft_id ? (
                          <>
                            {' · '}
                            <Link to="/drafts/$id" params={{ id: item.draft_id }}>
                              {t('room.to_draft')}
                            </Link>
                          </>
                        ) : null}
                      </span>
                      {item.kind === 'story' ? (
                        <span className={`least ${item.consent_note ? 'muted' : 'late'}`}>
                          {item.consent_note ? (
                            <>
                              {t('room.consent')}: <bdi>{item.consent_note}</bdi>
                            </>
                          ) : (
                            t('room.no_consent')
                          )}
                        </span>
                      ) : null}
                    </div>
                    {may ? (
                      <Button
                        size="compact-xs"
                        variant="default"
                        onClick={() => setEditing(item)}
                        aria-label={`${t('parts.edit')}: ${item.title}`}
                      >
                        {t('parts.edit')}
                      </Button>
                    ) : null}
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
      </Shown>
      {editing ? (
        <PlanDialog
          item={editing === 'new' ? null : editing}
          crisis={crisis}
          id={id}
          onClose={() => setEditing(null)}
        />
      ) : null}
    </Panel>
  );
}

function PlanDialog({
  item,
  crisis,
  id,
  onClose,
}: {
  item: PlanItem | null;
  crisis: CrisisDetail;
  id: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<PlanItem['kind'] | undefined>(item?.kind ?? 'story');
  const [title, setTitle] = useState(item?.title ?? '');
  const [consent, setConsent] = useState(item?.consent_note ?? '');
  const [when, setWhen] = useState<string | null>(item?.planned_for ?? null);
  const [draft, setDraft] = useState<string | null>(item?.draft_id ?? null);
  const drafts = useList<Draft>(['drafts'], '/drafts', { crisis: crisis.id, kind: 'content' });
  const write = useCrisisWrite(id, { onDone: onClose });
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t(item ? 'room.plan_edit' : 'room.plan_new')}
      action={t('parts.save')}
      pending={write.pending}
      error={write.error}
      disabled={!kind || title.trim() === ''}
      onSubmit={() =>
        write.send({
          method: item ? 'patch' : 'post',
          path: item ? `/plan/${item.id}` : '/plan',
          body: {
            kind,
            title: title.trim(),
            consent_note: consent.trim(),
            planned_for: when ?? undefined,
            draft_id: draft ?? undefined,
          },
        })
      }
      testid="plan-save"
    >
      <WordPicker
        words="room.plan_kind"
        codes={KINDS}
        label={t('draft.kind_label')}
        value={kind}
        onChange={setKind}
        required
        testid="plan-kind"
      />
      <TextField
        label={t('room.plan_title')}
        value={title}
        onChange={(e) => setTitle(e.currentTarget.value)}
        required
        dir="auto"
        data-testid="plan-title"
      />
      {kind === 'story' ? (
        <TextBox
          label={t('room.consent')}
          description={t('room.consent_help')}
          value={consent}
          onChange={(e) => setConsent(e.currentTarget.value)}
          autosize
          dir="auto"
          data-testid="plan-consent"
        />
      ) : null}
      <DateTimeField label={t('room.planned_for')} value={when} onChange={setWhen} zone={crisis.zone} />
      <Select
        label={t('room.plan_draft')}
        data={(drafts.data ?? []).map((d) => ({ value: d.id, label: d.title }))}
        value={draft}
        onChange={setDraft}
        clearable
        allowDeselect
        clearButtonProps={{ 'aria-label': t('parts.clear') }}
      />
    </FormDialog>
  );
}
