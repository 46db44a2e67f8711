import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../../api/problem';
import type { DraftContent, DraftDetail } from '../../api/types/drafts';
import { ContentDiff } from '../../parts/ContentDiff';
import { personName } from '../../parts/personName';
import { NoteLine } from '../../parts/states';
import { When } from '../../parts/When';

/** Somebody saved meanwhile: both versions are shown, and nothing is overwritten without a choice. */
export function Conflict({
  draft,
  error,
  mine,
  onTheirs,
  onMine,
}: {
  draft: DraftDetail;
  error: unknown;
  mine: DraftContent;
  onTheirs: () => void;
  onMine: (version: number) => void;
}) {
  const { t } = useTranslation();
  const details = isProblem(error) ? error.details : {};
  const told = details.current as Partial<DraftDetail> | undefined;
  const theirs = told?.content ?? draft.content;
  const version = told?.version ?? draft.version;
  const by = personName((details.changed_by as string | { id: string; name: string }) ?? draft.updated_by);
  const at = (details.changed_at as string) ?? draft.updated_at;
  return (
    <div className="stack tight" data-testid="draft-conflict">
      <NoteLine tone="warn" role="alert">
        {t('draft.conflict')} <bdi>{by}</bdi> · <When at={at} />
      </NoteLine>
      <span className="small strong">{t('draft.conflict_diff')}</span>
      <ContentDiff before={theirs} after={mine} />
      <div className="row">
        <Button variant="default" onClick={onTheirs}>
          {t('draft.take_theirs')}
        </Button>
        <Button variant="default" onClick={() => onMine(version)}>
          {t('draft.keep_mine')}
        </Button>
      </div>
    </div>
  );
}
