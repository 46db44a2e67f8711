import { ActionIcon, Button } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { AssessedFact } from '../../../api/types/crises';
import { TextField } from '../../../parts/fields';
import { WordPicker } from '../../../parts/pickers';
import type { FieldsProps } from './AssessmentForm';

/** The fact sheet: what is known, how surely, and from whom. */
export function FactFields({ form, set }: FieldsProps) {
  const { t } = useTranslation();
  const list = form.facts;
  const put = (facts: AssessedFact[]) => set({ facts });
  const change = (index: number, part: Partial<AssessedFact>) =>
    put(list.map((f, i) => (i === index ? { ...f, ...part } : f)));
  return (
    <fieldset className="fieldset">
      <legend>{t('assessment.facts')}</legend>
      <div className="stack tight">
        {list.map((fact, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: facts have no identity but their place
          <div key={index} className="row" style={{ alignItems: 'flex-end' }}>
            <TextField
              className="grow"
              style={{ minWidth: 180 }}
              label={t('assessment.fact')}
              value={fact.text}
              onChange={(e) => change(index, { text: e.currentTarget.value })}
              dir="auto"
              data-testid="fact-text"
            />
            <WordPicker
              words="labels.fact_statuses"
              codes={['verified', 'unverified', 'disputed'] as const}
              label={t('assessment.fact_status')}
              value={fact.status}
              onChange={(status) => change(index, { status: status ?? 'unverified' })}
            />
            <TextField
              style={{ minWidth: 140 }}
              label={t('assessment.fact_source')}
              value={fact.source}
              onChange={(e) => change(index, { source: e.currentTarget.value })}
              dir="auto"
              data-testid="fact-source"
            />
            <ActionIcon
              variant="default"
              size={36}
              onClick={() => put(list.filter((_, i) => i !== index))}
              aria-label={t('parts.remove_named', { name: fact.text })}
            >
              <IconTrash size={15} />
            </ActionIcon>
          </div>
        ))}
        <div className="row">
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => put([...list, { text: '', status: 'unverified', source: '' }])}
            data-testid="fact-add"
          >
            {t('assessment.fact_add')}
          </Button>
        </div>
      </div>
    </fieldset>
  );
}
