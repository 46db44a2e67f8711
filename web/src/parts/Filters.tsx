import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconFilter } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** A row of filters; on a phone they wait behind a button that says how many are set. */
export function Filters({ set, children }: { set: number; children: ReactNode }) {
  const { t } = useTranslation();
  const wide = useMediaQuery('(min-width: 48em)', true);
  const [open, setOpen] = useState(false);
  return (
    <search className="stack tight">
      {wide ? null : (
        <Button
          variant="default"
          leftSection={<IconFilter size={15} />}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {set > 0 ? t('parts.filters_set', { count: set }) : t('parts.filters')}
        </Button>
      )}
      {wide || open ? <div className="filters">{children}</div> : null}
    </search>
  );
}

/** How many of a page's filters are in use. */
export function countSet(search: Record<string, string | undefined>, ...names: string[]): number {
  return names.filter((name) => search[name] !== undefined).length;
}
