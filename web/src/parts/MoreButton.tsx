import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export function MoreButton({
  list,
}: {
  list: { hasMore: boolean; loadMore: () => unknown; loadingMore: boolean };
}) {
  const { t } = useTranslation();
  if (!list.hasMore) return null;
  return (
    <div className="row" style={{ justifyContent: 'center', padding: 10 }}>
      <Button variant="default" loading={list.loadingMore} onClick={() => list.loadMore()}>
        {t('parts.more')}
      </Button>
    </div>
  );
}
