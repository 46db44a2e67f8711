import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AssessedConcern } from '../../../api/types/crises';
import { TextBox, TextField } from '../../../parts/fields';
import { WordPicker } from '../../../parts/pickers';
import type { FieldsProps } from './AssessmentForm';
import { ExamplesDialog } from './ExamplesDialog';
import { CONCERNS } from './model';

/** What worries people, with mentions that show it and a plan that answers it. */
export function ConcernFields({ form, set, crisis }: FieldsProps) {
  const { t, i18n } = useTranslation();
  const [choosing, setChoosing] = useState<number | null>(null);
  const list = form.concerns;
  const put = (concerns: AssessedConcern[]) => set({ concerns });
  const change = (index: number, part: Partial<AssessedConcern>) =>
    put(list.map((c, i) => (i === index ? { ...c, ...part } : c)));
  return (
    <fieldset className="fieldset">
      <legend>{t('assessment.concerns')}</legend>
      <div className="stack">
        {list.map((concern, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: concerns have no identity but their place
          <div key={index} className="quote stack tight">
            <div className="form-grid">
              <TextField
                label={t('assessment.concern_title')}
                value={concern.title}
                onChange={(e) => change(index, { title: e.currentTarget.value })}
                dir="auto"
                data-testid="assessment-concern-title"
              />
              <WordPicker
                words="concern"
                codes={CONCERNS}
                label={t('assessment.concern_code')}
                value={CONCERNS.find((c) => c === concern.code)}
                onChange={(code) =>
                  change(index, {
                    code: code ?? '',
                    title:
                      concern.title || (code && i18n.exists(`concern.${code}`) ? t(`concern.${code}`) : ''),
                  })
                }
              />
            </div>
            <TextBox
              label={t('assessment.concern_plan')}
              value={concern.plan}
              onChange={(e) => change(index, { plan: e.currentTarget.value })}
              autosize
              dir="auto"
            />
            <div className="row">
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => setChoosing(index)}
                data-testid="assessment-examples"
              >
                {t('assessment.examples', { count: concern.mention_ids?.length ?? 0 })}
              </Button>
              <Button
                size="compact-sm"
                variant="subtle"
                color="red"
                onClick={() => put(list.filter((_, i) => i !== index))}
                aria-label={t('parts.remove_named', { name: concern.title })}
              >
                {t('parts.remove')}
              </Button>
            </div>
          </div>
        ))}
        <div className="row">
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => put([...list, { code: '', title: '', mention_ids: [], plan: '' }])}
            data-testid="assessment-concern-add"
          >
            {t('assessment.concern_add')}
          </Button>
        </div>
      </div>
      {choosing !== null && list[choosing] ? (
        <ExamplesDialog
          crisisId={crisis.id}
          chosen={list[choosing].mention_ids ?? []}
          onClose={() => setChoosing(null)}
          onSave={(mention_ids) => {
            change(choosing, { mention_ids });
            setChoosing(null);
          }}
        />
      ) : null}
    </fieldset>
  );
}
