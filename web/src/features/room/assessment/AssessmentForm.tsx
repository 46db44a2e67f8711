import { Button, Checkbox, TagsInput } from '@mantine/core';
import { IconWand } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { api } from '../../../api/client';
import { isProblem } from '../../../api/problem';
import { useCan } from '../../../api/session';
import type { Assessment, CrisisDetail } from '../../../api/types/crises';
import { useWrite } from '../../../api/useWrite';
import { TextBox } from '../../../parts/fields';
import { NoteLine, WriteError } from '../../../parts/states';
import { SeverityTag } from '../../../parts/tags';
import { useStored } from '../../../parts/useStored';
import { useCrisisWrite } from '../queries';
import { ConcernFields } from './ConcernFields';
import { FactFields } from './FactFields';
import { ImpactFields } from './ImpactFields';
import { fillEmpty, toSend } from './model';
import { PlatformFields } from './PlatformFields';
import { StrategyFields } from './StrategyFields';

/** What was typed is kept on this machine until it is saved; a newer revision on the server is never overwritten unseen. */
export function AssessmentForm({
  saved,
  crisis,
  id,
}: {
  saved: Assessment;
  crisis: CrisisDetail;
  id: string;
}) {
  const { t } = useTranslation();
  const can = useCan();
  const [typed, setTyped, forget] = useStored<Assessment | null>(`assessment.${crisis.id}`, null);
  const form = typed ?? saved;
  const set = (change: Partial<Assessment>) => setTyped({ ...form, ...change });
  const write = useCrisisWrite(id, { onDone: forget, said: t('assessment.saved') });
  const suggest = useWrite(() => api.get<Partial<Assessment>>(`/crises/${id}/assessment/suggestion`), {
    onDone: (suggestion) => setTyped(fillEmpty(form, suggestion)),
  });
  const save = (revision: number) =>
    write.send({ method: 'put', path: '/assessment', body: toSend(form), ifMatch: revision });
  const base = form.revision ?? 0;
  const newer = (saved.revision ?? 0) > base;
  const stale = newer || isProblem(write.error, 'stale');

  if (!can('assessment.edit', crisis.client_id)) {
    return (
      <fieldset disabled className="stack" style={{ border: 0, padding: 0, margin: 0 }}>
        <Fields form={form} set={set} crisis={crisis} />
      </fieldset>
    );
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        save(base);
      }}
    >
      <div className="row apart">
        <Button
          variant="default"
          size="compact-md"
          leftSection={<IconWand size={15} />}
          loading={suggest.pending}
          onClick={() => suggest.send(undefined)}
          data-testid="assessment-suggest"
        >
          {t('assessment.suggest')}
        </Button>
        {typed ? <span className="small muted">{t('assessment.unsaved')}</span> : null}
      </div>
      <WriteError error={suggest.error} />
      <Fields form={form} set={set} crisis={crisis} />
      {crisis.severity_confirmed ? null : (
        <Checkbox
          label={
            <span className="row">
              {t('assessment.confirm_severity')} <SeverityTag severity={crisis.severity} />
            </span>
          }
          checked={form.severity_confirmed === crisis.severity}
          onChange={(e) => set({ severity_confirmed: e.currentTarget.checked ? crisis.severity : undefined })}
          data-testid="assessment-confirm-severity"
        />
      )}
      {stale ? (
        <NoteLine tone="warn" role="alert">
          <div className="row apart">
            <span>{t('assessment.stale')}</span>
            <span className="row">
              <Button size="compact-sm" variant="default" onClick={forget}>
                {t('assessment.take_theirs')}
              </Button>
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => setTyped({ ...form, revision: saved.revision })}
                disabled={!newer}
              >
                {t('assessment.keep_mine')}
              </Button>
            </span>
          </div>
        </NoteLine>
      ) : (
        <WriteError error={write.error} />
      )}
      <div className="row">
        <Button
          type="submit"
          loading={write.pending}
          disabled={typed === null || newer}
          data-testid="assessment-save"
        >
          {t('assessment.save')}
        </Button>
      </div>
    </form>
  );
}

export interface FieldsProps {
  form: Assessment;
  set: (change: Partial<Assessment>) => void;
  crisis: CrisisDetail;
}

function Fields({ form, set, crisis }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <PlatformFields form={form} set={set} crisis={crisis} />
      <fieldset className="fieldset">
        <legend>{t('assessment.sentiment')}</legend>
        <div className="stack tight">
          <span className="small muted">
            {t('room.negative_share', { percent: Math.round(form.sentiment.negative_share * 100) })}
          </span>
          <TextBox
            label={t('assessment.sentiment_note')}
            value={form.sentiment.note}
            onChange={(e) => set({ sentiment: { ...form.sentiment, note: e.currentTarget.value } })}
            autosize
            dir="auto"
            data-testid="assessment-sentiment"
          />
        </div>
      </fieldset>
      <ConcernFields form={form} set={set} crisis={crisis} />
      <ImpactFields form={form} set={set} crisis={crisis} />
      <FactFields form={form} set={set} crisis={crisis} />
      <TagsInput
        label={t('assessment.stakeholders')}
        description={t('assessment.stakeholders_help')}
        value={form.stakeholders}
        onChange={(stakeholders) => set({ stakeholders })}
        dir="auto"
        acceptValueOnBlur
      />
      <StrategyFields form={form} set={set} crisis={crisis} />
    </>
  );
}
