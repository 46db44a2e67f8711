import { Button, Menu } from '@mantine/core';
import { IconDotsVertical, IconDownload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { address } from '../../api/client';
import { useCan } from '../../api/session';
import type { CrisisClock, CrisisDetail } from '../../api/types/crises';
import { Bdi } from '../../parts/Bdi';
import { CountdownCard } from '../../parts/Countdown';
import { SeverityTag, Tag } from '../../parts/tags';
import { dateTime } from '../../time/format';
import { type Command, CommandDialog } from './CommandDialogs';

/** What the eye needs first: which crisis, how bad, who leads it, and what runs out next. */
export function RoomHead({ crisis, id }: { crisis: CrisisDetail; id: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const [command, setCommand] = useState<Command | null>(null);
  return (
    <div className="room-head">
      <div className="stack" style={{ gap: 6 }}>
        <span className="small muted">
          <Bdi code>{crisis.number}</Bdi> ·{' '}
          <Link to="/clients/$id" params={{ id: crisis.client_id }}>
            <Bdi>{crisis.client_name}</Bdi>
          </Link>{' '}
          · {t('queue.lead')}: {crisis.lead ? <Bdi>{crisis.lead.name}</Bdi> : t('parts.nobody')} ·{' '}
          {t('room.opened', { at: dateTime(crisis.opened_at, crisis.zone) })} · <Bdi code>{crisis.zone}</Bdi>
        </span>
        <h1 className="page-title">
          <Bdi>{crisis.title}</Bdi>
        </h1>
        <div className="row">
          <SeverityTag severity={crisis.severity} proposed={!crisis.severity_confirmed} />
          <Tag tone={crisis.status === 'closed' ? 'done' : ''}>{t(`labels.statuses.${crisis.status}`)}</Tag>
          {crisis.wave > 1 ? <Tag tone="warn">{t('room.wave', { n: crisis.wave })}</Tag> : null}
          <Commands crisis={crisis} onChoose={setCommand} />
          {can('ledger.export', crisis.client_id) ? (
            <Button
              component="a"
              href={address(`/crises/${crisis.id}/export`)}
              download
              variant="default"
              size="compact-md"
              leftSection={<IconDownload size={15} />}
              data-testid="export-record"
            >
              {t('room.export')}
            </Button>
          ) : null}
        </div>
      </div>
      <HeadClocks crisis={crisis} />
      {command ? (
        <CommandDialog command={command} crisis={crisis} id={id} onClose={() => setCommand(null)} />
      ) : null}
    </div>
  );
}

function Commands({ crisis, onChoose }: { crisis: CrisisDetail; onChoose: (command: Command) => void }) {
  const { t } = useTranslation();
  const can = useCan();
  const may = (permission: Parameters<typeof can>[0]) => can(permission, crisis.client_id);
  const open = crisis.status === 'open';
  const items: [Command, boolean][] = [
    ['severity', open && may('crises.severity')],
    ['lead', open && may('crises.command')],
    ['title', open && may('crises.work')],
    ['wave', open && may('crises.command')],
    ['close', open && crisis.stage === 'sustain' && may('crises.command')],
    ['reopen', !open && may('crises.command')],
  ];
  const offered = items.filter(([, shown]) => shown);
  if (offered.length === 0) return null;
  return (
    <>
      {open && may('crises.severity') ? (
        <Button
          variant="default"
          size="compact-md"
          onClick={() => onChoose('severity')}
          data-testid="change-severity"
        >
          {t('room.commands.severity')}
        </Button>
      ) : null}
      <Menu position="bottom-start">
        <Menu.Target>
          <Button
            variant="default"
            size="compact-md"
            leftSection={<IconDotsVertical size={15} />}
            data-testid="crisis-commands"
          >
            {t('room.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {offered.map(([command]) => (
            <Menu.Item key={command} onClick={() => onChoose(command)} data-testid={`command-${command}`}>
              {t(`room.commands.${command}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** The most urgent clocks first; those met long ago are in the panel below. */
function urgency(clock: CrisisClock): number {
  if (clock.state === 'met') return Number.MAX_SAFE_INTEGER;
  if (clock.state === 'paused' || !clock.due_at) return Number.MAX_SAFE_INTEGER - 1;
  return Date.parse(clock.due_at);
}

function HeadClocks({ crisis }: { crisis: CrisisDetail }) {
  const { t } = useTranslation();
  const clocks = [...crisis.clocks].sort((a, b) => urgency(a) - urgency(b)).slice(0, 2);
  const metrics = crisis.metrics;
  return (
    <div className="clocks" data-testid="head-clocks">
      {clocks.map((clock) => (
        <CountdownCard key={clock.id} clock={clock} zone={crisis.zone} />
      ))}
      <div className="clock-card">
        <div className="least">{t('room.volume')}</div>
        <div className="timer">{metrics.mentions.toLocaleString('en-US')}</div>
        <div className="least">
          {t('room.negative_share', { percent: Math.round(metrics.negative_share * 100) })} ·{' '}
          <Bdi code>×{metrics.ratio?.toFixed(1)}</Bdi>
        </div>
      </div>
    </div>
  );
}
