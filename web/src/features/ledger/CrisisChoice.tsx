import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { address } from '../../api/client';
import { useList } from '../../api/lists';
import { useCan } from '../../api/session';
import type { Crisis } from '../../api/types/crises';
import { ChoicePicker } from '../../parts/pickers';

/** Chooses one crisis, whose record can then be exported. */
export function CrisisChoice({
  client,
  value,
  onChange,
}: {
  client: string | undefined;
  value: string | undefined;
  onChange: (id: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const can = useCan();
  const open = useList<Crisis>(['crises'], '/crises', { client, status: 'open' });
  const closed = useList<Crisis>(['crises'], '/crises', { client, status: 'closed' });
  const all = [...(open.data ?? []), ...(closed.data ?? [])];
  const chosen = all.find((c) => c.id === value || c.number === value);
  return (
    <>
      <ChoicePicker
        label={t('ledger.crisis')}
        anyChoice
        data={all.map((c) => ({ value: c.id, label: `${c.number} · ${c.title}` }))}
        value={chosen?.id}
        onChange={onChange}
      />
      {chosen && can('ledger.export', chosen.client_id) ? (
        <Button
          component="a"
          href={address(`/crises/${chosen.id}/export`)}
          download
          variant="default"
          leftSection={<IconDownload size={15} />}
          data-testid="export-record"
        >
          {t('room.export')}
        </Button>
      ) : null}
    </>
  );
}
