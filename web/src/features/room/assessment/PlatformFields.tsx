import { ActionIcon, Checkbox, Select } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { AssessedPlatform } from '../../../api/types/crises';
import { TextField } from '../../../parts/fields';
import { PLATFORMS, PlatformIcon, usePlatformName } from '../../../parts/Platform';
import type { FieldsProps } from './AssessmentForm';

/** Where the crisis stands out most: the order of the list is the rank. */
export function PlatformFields({ form, set }: FieldsProps) {
  const { t } = useTranslation();
  const name = usePlatformName();
  const list = form.platforms;
  const put = (platforms: AssessedPlatform[]) => set({ platforms });
  const change = (index: number, part: Partial<AssessedPlatform>) =>
    put(list.map((p, i) => (i === index ? { ...p, ...part } : p)));
  const move = (index: number, by: number) => {
    const next = [...list];
    const [moved] = next.splice(index, 1);
    if (moved) next.splice(index + by, 0, moved);
    put(next);
  };
  const left = PLATFORMS.filter((p) => !list.some((x) => x.platform === p));
  return (
    <fieldset className="fieldset">
      <legend>{t('assessment.platforms')}</legend>
      <ol className="plain-list stack tight">
        {list.map((p, index) => (
          <li key={p.platform} className="row" style={{ alignItems: 'flex-end' }}>
            <span className="row" style={{ minWidth: 120, minHeight: 36 }}>
              {index + 1}. <PlatformIcon platform={p.platform} /> {name(p.platform)}
            </span>
            <TextField
              className="grow"
              style={{ minWidth: 140 }}
              aria-label={t('assessment.platform_note', { name: name(p.platform) })}
              placeholder={t('assessment.note')}
              value={p.note ?? ''}
              onChange={(e) => change(index, { note: e.currentTarget.value })}
              dir="auto"
            />
            <Checkbox
              label={t('assessment.affected')}
              checked={p.affected !== false}
              onChange={(e) => change(index, { affected: e.currentTarget.checked })}
              style={{ alignSelf: 'center' }}
            />
            <span className="row" style={{ gap: 2, flexWrap: 'nowrap' }}>
              <ActionIcon
                variant="default"
                disabled={index === 0}
                onClick={() => move(index, -1)}
                aria-label={t('assessment.up', { name: name(p.platform) })}
              >
                <IconArrowUp size={15} />
              </ActionIcon>
              <ActionIcon
                variant="default"
                disabled={index === list.length - 1}
                onClick={() => move(index, 1)}
                aria-label={t('assessment.down', { name: name(p.platform) })}
              >
                <IconArrowDown size={15} />
              </ActionIcon>
              <ActionIcon
                variant="default"
                onClick={() => put(list.filter((_, i) => i !== index))}
                aria-label={t('parts.remove_named', { name: name(p.platform) })}
              >
                <IconTrash size={15} />
              </ActionIcon>
            </span>
          </li>
        ))}
      </ol>
      <Select
        mt={8}
        label={t('assessment.platform_add')}
        data={left.map((p) => ({ value: p, label: name(p) }))}
        value={null}
        onChange={(p) =>
          p && put([...list, { platform: p, rank: list.length + 1, note: '', affected: true }])
        }
        data-testid="assessment-platform-add"
      />
    </fieldset>
  );
}
