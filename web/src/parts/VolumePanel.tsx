import { SegmentedControl } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import type { Volume } from '../api/types/clients';
import { serverNow } from '../time/now';
import { Panel } from './Panel';
import { Empty, NoteLine, Shown } from './states';
import { VolumeChart } from './VolumeChart';

/** How far back, and the width of one step in seconds. */
const RANGES = {
  '6h': { hours: 6, step: 300 },
  '24h': { hours: 24, step: 900 },
  '7d': { hours: 168, step: 3600 },
};
type Range = keyof typeof RANGES;

export function VolumePanel({ clientId, zone }: { clientId: string; zone: string }) {
  const { t } = useTranslation();
  const [range, setRange] = useState<Range>('6h');
  const query = useQuery({
    queryKey: ['volume', clientId, range],
    queryFn: ({ signal }) => {
      const { hours, step } = RANGES[range];
      const to = Math.ceil(serverNow() / 60_000) * 60_000;
      return api.get<Volume>(
        `/clients/${clientId}/volume`,
        { from: new Date(to - hours * 3600_000).toISOString(), to: new Date(to).toISOString(), step },
        signal,
      );
    },
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  });
  const minutes = RANGES[range].step / 60;
  return (
    <Panel
      title={t('chart.title', { minutes })}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={t('chart.range')}
          value={range}
          onChange={(v) => setRange(v as Range)}
          data={(Object.keys(RANGES) as Range[]).map((r) => ({ value: r, label: t(`chart.ranges.${r}`) }))}
        />
      }
    >
      <Shown query={query} rows={1}>
        {(volume) =>
          volume.points.length === 0 ? (
            <Empty>{t('chart.empty')}</Empty>
          ) : (
            <div className="stack tight">
              {volume.baseline?.learning ? <NoteLine>{t('chart.learning')}</NoteLine> : null}
              <VolumeChart
                points={volume.points}
                events={volume.events}
                zone={zone}
                label={t('chart.title', { minutes })}
              />
            </div>
          )
        }
      </Shown>
    </Panel>
  );
}
