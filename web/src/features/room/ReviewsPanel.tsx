import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../api/session';
import type { CrisisDetail } from '../../api/types/crises';
import type { Review } from '../../api/types/work';
import { FormDialog, ReasonDialog } from '../../parts/FormDialog';
import { TextBox } from '../../parts/fields';
import { Panel } from '../../parts/Panel';
import { Empty, Shown } from '../../parts/states';
import { Tag } from '../../parts/tags';
import { dateTime } from '../../time/format';
import { useNow } from '../../time/now';
import { useCrisisList, useCrisisWrite } from './queries';

/** The dated look-backs of stage 5: held with findings and actions, or waived with a reason. */
export function ReviewsPanel({ crisis, id }: { crisis: CrisisDetail; id: string }) {
  const { t } = useTranslation();
  const query = useCrisisList<Review>(id, 'reviews');
  return (
    <Panel title={t('room.reviews')} flush>
      <Shown query={query} rows={3}>
        {(reviews) =>
          reviews.length === 0 ? (
            <Empty>{t('room.no_reviews')}</Empty>
          ) : (
            <ul className="plain-list divided">
              {reviews.map((review) => (
                <ReviewRow key={review.id} review={review} crisis={crisis} id={id} />
              ))}
            </ul>
          )
        }
      </Shown>
    </Panel>
  );
}

function ReviewRow({ review, crisis, id }: { review: Review; crisis: CrisisDetail; id: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const now = useNow();
  const [dialog, setDialog] = useState<'hold' | 'waive' | null>(null);
  const [findings, setFindings] = useState('');
  const [actions, setActions] = useState('');
  const write = useCrisisWrite(id, { onDone: () => setDialog(null) });
  const settled = review.state === 'held' || review.state === 'waived';
  const late = !settled && Date.parse(review.due_at) < now;
  const days = review.offset_days;
  const tone = settled ? 'done' : late ? 'bad' : '';
  return (
    <li className="task" data-testid="review" data-review-state={review.state}>
      <div className="grow stack" style={{ gap: 1 }}>
        <span className="strong">
          {days ? t('room.review_day', { count: days }) : t('room.review')} ·{' '}
          {dateTime(review.due_at, crisis.zone)}
        </span>
        {review.findings ? (
          <span className="small">
            <bdi>{review.findings}</bdi>
          </span>
        ) : null}
        {review.actions ? (
          <span className="small muted">
            <bdi>{review.actions}</bdi>
          </span>
        ) : null}
        {review.reason ? (
          <span className="small muted">
            <bdi>{review.reason}</bdi>
          </span>
        ) : null}
      </div>
      <Tag tone={tone}>{t(`room.review_state.${settled ? review.state : late ? 'late' : 'due'}`)}</Tag>
      {!settled && can('reviews.hold', crisis.client_id) ? (
        <span className="row">
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => setDialog('hold')}
            data-testid="review-hold"
          >
            {t('room.review_hold')}
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => setDialog('waive')}
            data-testid="review-waive"
          >
            {t('room.review_waive')}
          </Button>
        </span>
      ) : null}
      <FormDialog
        opened={dialog === 'hold'}
        onClose={() => setDialog(null)}
        title={t('room.review_hold')}
        action={t('parts.save')}
        pending={write.pending}
        error={write.error}
        disabled={findings.trim() === ''}
        onSubmit={() =>
          write.send({
            path: `/reviews/${review.id}/hold`,
            body: { findings: findings.trim(), actions: actions.trim() },
          })
        }
        testid="review-save"
      >
        <TextBox
          label={t('room.findings')}
          value={findings}
          onChange={(e) => setFindings(e.currentTarget.value)}
          required
          autosize
          minRows={2}
          dir="auto"
          data-testid="review-findings"
        />
        <TextBox
          label={t('room.actions')}
          value={actions}
          onChange={(e) => setActions(e.currentTarget.value)}
          autosize
          minRows={2}
          dir="auto"
        />
      </FormDialog>
      <ReasonDialog
        opened={dialog === 'waive'}
        onClose={() => setDialog(null)}
        title={t('room.review_waive')}
        action={t('room.review_waive')}
        write={{
          ...write,
          send: (reason) => write.send({ path: `/reviews/${review.id}/waive`, body: { reason } }),
        }}
        testid="review-waive"
      />
    </li>
  );
}
