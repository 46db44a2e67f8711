import { Kbd, Modal, Switch } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { typing } from '../parts/useRowKeys';
import { useStored } from '../parts/useStored';

const PLACES: Record<string, string> = {
  KeyQ: '/queue',
  KeyL: '/alerts',
  KeyM: '/mentions',
  KeyD: '/drafts',
  KeyA: '/approvals',
  KeyH: '/ledger',
};

const LIST: [string[], string][] = [
  [['J', 'K'], 'move'],
  [['Enter'], 'open'],
  [['/'], 'search'],
  [['G', 'Q'], 'go_queue'],
  [['G', 'L'], 'go_alerts'],
  [['G', 'M'], 'go_mentions'],
  [['G', 'D'], 'go_drafts'],
  [['G', 'A'], 'go_approvals'],
  [['G', 'H'], 'go_ledger'],
  [['?'], 'help'],
];

/** Page-wide keys, by their place on the keyboard, listed under "?" where they can be turned off. */
export function Shortcuts() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [help, setHelp] = useState(false);
  const [on, setOn] = useStored('shortcuts', true);
  const went = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (event.code === 'Slash' && event.shiftKey) {
        setHelp(true);
        return;
      }
      if (!on || document.querySelector('[role=dialog]')) return;
      if (event.code === 'Slash') {
        const search = document.querySelector<HTMLInputElement>('[data-search]');
        if (search) {
          event.preventDefault();
          search.focus();
        }
      } else if (event.code === 'KeyG') {
        went.current = Date.now();
      } else {
        const place = PLACES[event.code];
        if (place && Date.now() - went.current < 1500) void navigate({ to: place });
        went.current = 0;
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [on, navigate]);
  return (
    <Modal
      opened={help}
      onClose={() => setHelp(false)}
      title={t('frame.keys_title')}
      closeButtonProps={{ 'aria-label': t('parts.close') }}
    >
      <div className="stack">
        <p className="muted small" style={{ margin: 0 }}>
          {t('frame.keys_help')}
        </p>
        <ul className="plain-list stack tight">
          {LIST.map(([keys, word]) => (
            <li key={word} className="row apart">
              <span>{t(`frame.keys.${word}`)}</span>
              <span className="row" dir="ltr">
                {keys.map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </span>
            </li>
          ))}
        </ul>
        <Switch label={t('frame.keys_on')} checked={on} onChange={(e) => setOn(e.currentTarget.checked)} />
      </div>
    </Modal>
  );
}
