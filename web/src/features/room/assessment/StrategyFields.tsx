import { Checkbox } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../../api/client';
import type { Advice } from '../../../api/types/crises';
import { TextBox } from '../../../parts/fields';
import { WordPicker } from '../../../parts/pickers';
import { Failed } from '../../../parts/states';
import { useReasonWords } from '../../../parts/useReasonWords';
import type { FieldsProps } from './AssessmentForm';
import { CRISIS_TYPES, STRATEGIES } from './model';

/** The advice after Coombs' theory beside the person's own choice. It never decides. */
export function StrategyFields({ form, set, crisis }: FieldsProps) {
  const { t } = useTranslation();
  const toggle = (strategy: string) =>
    set({
      strategy: form.strategy.includes(strategy)
        ? form.strategy.filter((s) => s !== strategy)
        : [...form.strategy, strategy],
    });
  return (
    <fieldset className="fieldset">
      <legend>{t('assessment.strategy')}</legend>
      <div className="stack">
        <WordPicker
          words="labels.crisis_types"
          codes={CRISIS_TYPES}
          label={t('assessment.crisis_type')}
          value={CRISIS_TYPES.find((c) => c === form.crisis_type)}
          onChange={(crisis_type) => set({ crisis_type: crisis_type ?? '' })}
          testid="assessment-crisis-type"
        />
        <div className="row" style={{ gap: 16 }}>
          <Checkbox
            label={t('assessment.prior_crisis')}
            checked={form.prior_crisis}
            onChange={(e) => set({ prior_crisis: e.currentTarget.checked })}
          />
          <Checkbox
            label={t('assessment.poor_reputation')}
            checked={form.poor_reputation}
            onChange={(e) => set({ poor_reputation: e.currentTarget.checked })}
          />
          {form.crisis_type === 'challenge' ? (
            <Checkbox
              label={t('assessment.without_merit')}
              checked={form.without_merit ?? false}
              onChange={(e) => set({ without_merit: e.currentTarget.checked })}
            />
          ) : null}
        </div>
        {form.crisis_type ? <AdviceBox form={form} crisis={crisis} /> : null}
        <Checkbox.Group label={t('assessment.chosen')} value={form.strategy}>
          <div className="row" style={{ gap: 14, marginBlockStart: 6 }}>
            {STRATEGIES.map((strategy) => (
              <Checkbox
                key={strategy}
                value={strategy}
                label={t(`labels.strategies.${strategy}`)}
                onChange={() => toggle(strategy)}
                data-testid={`strategy-${strategy}`}
              />
            ))}
          </div>
        </Checkbox.Group>
        <TextBox
          label={t('assessment.strategy_reason')}
          value={form.strategy_reason}
          onChange={(e) => set({ strategy_reason: e.currentTarget.value })}
          autosize
          minRows={2}
          dir="auto"
          data-testid="assessment-strategy-reason"
        />
      </div>
    </fieldset>
  );
}

function AdviceBox({ form, crisis }: Pick<FieldsProps, 'form' | 'crisis'>) {
  const { t } = useTranslation();
  const say = useReasonWords();
  const input = {
    crisis_type: form.crisis_type,
    prior_crisis: form.prior_crisis,
    poor_reputation: form.poor_reputation,
    without_merit: form.without_merit || undefined,
  };
  const query = useQuery({
    queryKey: ['crisis', crisis.id, 'advice', input],
    queryFn: ({ signal }) => api.get<Advice>(`/crises/${crisis.id}/advice`, input, signal),
    placeholderData: keepPreviousData,
  });
  if (query.error) return <Failed error={query.error} retry={() => query.refetch()} />;
  const advice = query.data;
  if (!advice) return null;
  const names = (list: string[] | undefined) =>
    (list ?? []).map((s) => t(`labels.strategies.${s}`)).join(' · ');
  return (
    <div className="quote small stack tight" aria-live="polite" data-testid="advice">
      <strong>{t('assessment.advice', { cluster: t(`labels.clusters.${advice.cluster}`) })}</strong>
      <span>
        {t('assessment.advice_first')}: {names(advice.first)}
      </span>
      <span>
        {t('assessment.advice_then')}: {names(advice.then)}
        {advice.may_deny ? ` · ${t('assessment.advice_may_deny')}` : ''}
      </span>
      <span>
        {t('assessment.advice_supplement')}: {names(advice.supplements)}
      </span>
      <span className="muted">{(advice.reasons ?? []).map(say).join(' · ')}</span>
      <span className="muted">{t('assessment.advice_note')}</span>
    </div>
  );
}
