import { Burger, Drawer } from '@mantine/core';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../api/live';
import { Logo } from '../parts/Logo';
import { Boundary } from '../parts/states';
import { Bell } from './Bell';
import { Rail } from './Rail';
import { Shortcuts } from './Shortcuts';
import { Strips } from './Strips';

export function Frame() {
  const { t } = useTranslation();
  const live = useLive();
  const [menu, setMenu] = useState(false);
  const path = useRouterState({ select: (s) => s.location.pathname });
  const main = useRef<HTMLElement>(null);
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    setMenu(false);
    // A new page begins at its beginning, for the eye and for a screen reader.
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path]);

  return (
    <>
      <a href="#main" className="skip">
        {t('frame.skip')}
      </a>
      <div className="frame">
        <aside className="rail" aria-label={t('frame.rail')}>
          <Rail live={live} />
        </aside>
        <div className="content">
          <header className="topbar">
            <Burger opened={menu} onClick={() => setMenu(true)} size="sm" aria-label={t('frame.menu')} />
            <Link to="/queue" className="brand">
              <Logo />
              {t('frame.brand')}
            </Link>
            <Bell />
          </header>
          <Strips live={live} />
          <main id="main" tabIndex={-1} ref={main} style={{ outline: 'none' }}>
            <Boundary key={path}>
              <Outlet />
            </Boundary>
          </main>
        </div>
      </div>
      <Drawer
        opened={menu}
        onClose={() => setMenu(false)}
        size={272}
        title={t('frame.brand')}
        closeButtonProps={{ 'aria-label': t('parts.close') }}
      >
        <div className="rail drawer">
          <Rail live={live} inDrawer />
        </div>
      </Drawer>
      <Shortcuts />
    </>
  );
}
