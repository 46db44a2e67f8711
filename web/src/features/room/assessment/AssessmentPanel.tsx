import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../../api/client';
import { isProblem } from '../../../api/problem';
import type { Assessment, CrisisDetail } from '../../../api/types/crises';
import { Panel } from '../../../parts/Panel';
import { Shown } from '../../../parts/states';
import { AssessmentForm } from './AssessmentForm';
import { whole } from './model';

/** Stage 2's record. It may be saved unfinished: the gate says what it still lacks. */
export function AssessmentPanel({ crisis, id }: { crisis: CrisisDetail; id: string }) {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['crisis', id, 'assessment'],
    queryFn: async ({ signal }) => {
      try {
        return whole(await api.get<Assessment>(`/crises/${id}/assessment`, undefined, signal));
      } catch (error) {
        // Nobody has assessed yet: an empty form at revision 0.
        if (isProblem(error) && error.status === 404) return whole(null);
        throw error;
      }
    },
  });
  return (
    <Panel
      title={t('assessment.title')}
      aside={
        query.data?.revision ? (
          <span className="small muted" data-testid="assessment-revision">
            {t('assessment.revision', { n: query.data.revision })}
          </span>
        ) : null
      }
    >
      <Shown query={query} rows={6}>
        {(assessment) => <AssessmentForm saved={assessment} crisis={crisis} id={id} />}
      </Shown>
    </Panel>
  );
}
