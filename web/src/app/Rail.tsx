import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import {
  IconBell,
  IconBuilding,
  IconChecks,
  IconFileText,
  IconHistory,
  IconInbox,
  IconLanguage,
  IconLogout,
  IconMail,
  IconMessages,
  IconSunMoon,
  IconUser,
  IconUsers,
} from '@tabler/icons-react';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveState } from '../api/live';
import { useCounts } from '../api/reads';
import { useCan, useSession } from '../api/session';
import { Bdi } from '../parts/Bdi';
import { Logo } from '../parts/Logo';
import { Bell } from './Bell';
import { useAccount } from './useAccount';
import { useScheme } from './useScheme';

interface Item {
  to: LinkProps['to'];
  word: string;
  icon: ReactNode;
  count?: number;
  loud?: boolean;
  shown?: boolean;
}

export function Rail({ live, inDrawer = false }: { live: LiveState; inDrawer?: boolean }) {
  const { t } = useTranslation();
  const session = useSession();
  const can = useCan();
  const counts = useCounts().data;
  const items: Item[] = [
    { to: '/queue', word: 'queue', icon: <IconInbox size={18} />, count: counts?.crises_open },
    { to: '/alerts', word: 'alerts', icon: <IconBell size={18} />, count: counts?.alerts_open, loud: true },
    { to: '/mentions', word: 'mentions', icon: <IconMessages size={18} />, count: counts?.mentions_24h },
    { to: '/drafts', word: 'drafts', icon: <IconFileText size={18} />, count: counts?.drafts_open },
    { to: '/approvals', word: 'approvals', icon: <IconChecks size={18} />, count: counts?.approvals_mine },
    { to: '/ledger', word: 'ledger', icon: <IconHistory size={18} />, shown: can('ledger.view') },
    { to: '/clients', word: 'clients', icon: <IconBuilding size={18} /> },
    { to: '/people', word: 'people', icon: <IconUsers size={18} />, shown: can('people.view') },
    {
      to: '/mailbox',
      word: 'mailbox',
      icon: <IconMail size={18} />,
      count: counts?.mailbox,
      shown: session.mailbox === true && can('mailbox.view'),
    },
  ];
  return (
    <>
      {inDrawer ? null : (
        <div className="row apart" style={{ flexWrap: 'nowrap' }}>
          <Link to="/queue" className="brand" style={{ padding: '2px 8px' }}>
            <Logo />
            {t('frame.brand')}
          </Link>
          <Bell />
        </div>
      )}
      <nav aria-label={t('frame.nav')}>
        <ul>
          {items
            .filter((item) => item.shown !== false)
            .map((item) => (
              <li key={item.word}>
                <Link to={item.to} className="rail-link" data-testid={`nav-${item.word}`}>
                  <span aria-hidden style={{ display: 'inline-flex' }}>
                    {item.icon}
                  </span>
                  {t(`frame.${item.word}`)}
                  {item.count ? (
                    <span className={`count ${item.loud ? 'loud' : ''}`}>{item.count}</span>
                  ) : null}
                </Link>
              </li>
            ))}
        </ul>
      </nav>
      <Foot live={live} />
    </>
  );
}

function Foot({ live }: { live: LiveState }) {
  const { t } = useTranslation();
  const session = useSession();
  const { signOut, chooseLang, lang } = useAccount();
  const scheme = useScheme();
  return (
    <div className="rail-foot">
      <div className="row" style={{ gap: 6 }} role="status">
        <span className={`live-dot ${live === 'live' ? '' : 'wait'}`} aria-hidden />
        {t(`frame.${live}`)}
      </div>
      <span>
        {t('frame.zone', { zone: '' })}
        <Bdi code>{session.agency.zone}</Bdi>
      </span>
      <div className="row" style={{ gap: 4 }}>
        <Tooltip label={lang === 'he' ? 'English' : 'עברית'}>
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={lang === 'he' ? 'English' : 'עברית'}
            lang={lang === 'he' ? 'en' : 'he'}
            onClick={() => chooseLang(lang === 'he' ? 'en' : 'he')}
            data-testid="language-switch"
          >
            <IconLanguage size={17} />
          </ActionIcon>
        </Tooltip>
        <Menu position="top" withinPortal>
          <Menu.Target>
            <ActionIcon variant="default" size="lg" aria-label={t('frame.theme')} data-testid="theme-switch">
              <IconSunMoon size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {(['auto', 'light', 'dark'] as const).map((choice) => (
              <Menu.Item
                key={choice}
                onClick={() => scheme.choose(choice)}
                fw={scheme.current === choice ? 700 : 400}
                data-testid={`theme-${choice}`}
              >
                {t(`frame.${choice}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Tooltip label={t('frame.sign_out')}>
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={t('frame.sign_out')}
            onClick={signOut}
            data-testid="sign-out"
          >
            <IconLogout size={17} />
          </ActionIcon>
        </Tooltip>
      </div>
      <Link to="/account" className="rail-link" style={{ paddingInline: 0 }} data-testid="nav-account">
        <IconUser size={17} aria-hidden />
        <span className="clip">
          <Bdi>{session.user?.name}</Bdi>
        </span>
      </Link>
    </div>
  );
}
