import { SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Confidence, ImpactScore } from '../../../api/types/crises';
import { TextBox } from '../../../parts/fields';
import { WordPicker } from '../../../parts/pickers';
import type { FieldsProps } from './AssessmentForm';
import { IMPACTS } from './model';

/** Likely effect on trust, brand and revenue: 0 to 4, how sure, and on what evidence. */
export function ImpactFields({ form, set }: FieldsProps) {
  const { t } = useTranslation();
  const change = (area: (typeof IMPACTS)[number], part: Partial<ImpactScore>) =>
    set({ impact: { ...form.impact, [area]: { ...form.impact[area], ...part } } });
  return (
    <fieldset className="fieldset">
      <legend>{t('assessment.impact')}</legend>
      <p className="small muted" style={{ margin: '0 0 8px' }}>
        {t('assessment.impact_help')}
      </p>
      <div className="stack">
        {IMPACTS.map((area) => {
          const impact = form.impact[area];
          return (
            <div key={area} className="form-grid">
              <div>
                <div className="small strong" style={{ marginBlockEnd: 4 }}>
                  {t(`labels.impact_areas.${area}`)}
                </div>
                <SegmentedControl
                  size="sm"
                  aria-label={t(`labels.impact_areas.${area}`)}
                  value={impact.score === null ? '' : String(impact.score)}
                  onChange={(v) => change(area, { score: Number(v) })}
                  data={['0', '1', '2', '3', '4']}
                  data-testid={`impact-${area}`}
                />
              </div>
              <WordPicker
                words="labels.confidences"
                codes={['low', 'medium', 'high'] as const}
                label={t('assessment.confidence')}
                value={(impact.confidence || undefined) as Confidence | undefined}
                onChange={(confidence) => change(area, { confidence: confidence ?? '' })}
                testid={`impact-${area}-confidence`}
              />
              <TextBox
                label={t('assessment.evidence')}
                value={impact.evidence}
                onChange={(e) => change(area, { evidence: e.currentTarget.value })}
                autosize
                dir="auto"
                data-testid={`impact-${area}-evidence`}
              />
            </div>
          );
        })}
      </div>
    </fieldset>
  );
}
