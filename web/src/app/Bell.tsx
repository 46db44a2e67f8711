import { ActionIcon, Button, Indicator, Popover } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { useNotices } from '../api/reads';
import type { Notice } from '../api/types/people';
import { useWrite } from '../api/useWrite';
import { ScrollRegion } from '../parts/ScrollRegion';
import { Empty, Shown } from '../parts/states';
import { When } from '../parts/When';
import { useNoticeWords } from './useNoticeWords';

export function Bell() {
  const { t } = useTranslation();
  const query = useNotices();
  const [open, setOpen] = useState(false);
  const unread = query.data?.filter((n) => !n.read_at).length ?? 0;
  const read = useWrite(
    (ids: string[] | undefined, key) => api.post('/me/notifications/read', ids ? { ids } : {}, { key }),
    {
      stale: [['notifications']],
    },
  );
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      width={340}
      position="bottom-end"
      trapFocus
      returnFocus
      withinPortal
    >
      <Indicator disabled={unread === 0} color="red" size={9} offset={5}>
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            onClick={() => setOpen(!open)}
            aria-label={unread ? t('frame.notices_count', { count: unread }) : t('frame.notices')}
            data-testid="bell"
          >
            <IconBell size={19} color="var(--text)" />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={0} aria-label={t('frame.notices')}>
        <div className="card-head">
          <strong>{t('frame.notices')}</strong>
          <div className="push">
            <Button
              variant="subtle"
              size="compact-sm"
              disabled={unread === 0}
              loading={read.pending}
              onClick={() => read.send(undefined)}
            >
              {t('frame.notices_read')}
            </Button>
          </div>
        </div>
        <ScrollRegion label={t('frame.notices')} style={{ maxHeight: 380, overflowY: 'auto' }}>
          <Shown query={query} rows={3}>
            {(notices) =>
              notices.length === 0 ? (
                <Empty>{t('frame.notices_empty')}</Empty>
              ) : (
                <ul className="plain-list divided">
                  {notices.map((n) => (
                    <NoticeRow
                      key={n.id}
                      notice={n}
                      onOpen={() => {
                        setOpen(false);
                        if (!n.read_at) read.send([n.id]);
                      }}
                    />
                  ))}
                </ul>
              )
            }
          </Shown>
        </ScrollRegion>
      </Popover.Dropdown>
    </Popover>
  );
}

function NoticeRow({ notice, onOpen }: { notice: Notice; onOpen: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { sentence, place } = useNoticeWords();
  const go = () => {
    onOpen();
    void navigate({ to: place(notice) });
  };
  return (
    <li>
      <button type="button" className="notice" onClick={go}>
        <span className={notice.read_at ? '' : 'strong'} dir="auto" style={{ textAlign: 'start' }}>
          {notice.read_at ? null : <span className="hidden-text">{t('frame.unread')}: </span>}
          {sentence(notice)}
        </span>
        <span className="least muted">
          <When at={notice.at} />
        </span>
      </button>
    </li>
  );
}
