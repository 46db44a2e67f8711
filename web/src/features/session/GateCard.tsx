import { Button } from '@mantine/core';
import { IconLanguage } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { currentLang, setLang } from '../../i18n';
import { Logo } from '../../parts/Logo';

/** The card of the pages before sign-in, with the language switch that is remembered on this machine. */
export function GateCard({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation();
  const other = currentLang() === 'he' ? 'en' : 'he';
  return (
    <main className="gate">
      <div className="card gate-card stack">
        <div className="row apart">
          <span className="brand" style={{ padding: 0 }}>
            <Logo />
            {t('frame.brand')}
          </span>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconLanguage size={15} />}
            onClick={() => setLang(other)}
            lang={other}
          >
            {other === 'he' ? 'עברית' : 'English'}
          </Button>
        </div>
        <h1 className="page-title">{title}</h1>
        {children}
      </div>
    </main>
  );
}
