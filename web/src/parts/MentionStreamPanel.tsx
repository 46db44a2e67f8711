import { SegmentedControl } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type MentionFilters, MentionStream } from './MentionStream';
import { Panel } from './Panel';

const CHOICES = ['all', 'negative', 'reach'] as const;

/** The stream as a card, for a room. */
export function MentionStreamPanel({
  filters,
  onOpen,
}: {
  filters: MentionFilters;
  onOpen: (id: string) => void;
}) {
  const { t } = useTranslation();
  const [choice, setChoice] = useState<string>('all');
  const shown: MentionFilters = {
    ...filters,
    sentiment: choice === 'negative' ? 'negative' : undefined,
    order: choice === 'reach' ? 'reach' : undefined,
  };
  return (
    <Panel
      title={t('mentions.title')}
      flush
      aside={
        <>
          <SegmentedControl
            size="xs"
            aria-label={t('mentions.which')}
            value={choice}
            onChange={setChoice}
            data={CHOICES.map((c) => ({ value: c, label: t(`mentions.choice.${c}`) }))}
          />
          <Link to="/mentions" search={filters} className="small">
            {t('mentions.all_of_them')}
          </Link>
        </>
      }
    >
      <MentionStream filters={shown} onOpen={onOpen} height={560} label={t('mentions.list')} />
    </Panel>
  );
}
