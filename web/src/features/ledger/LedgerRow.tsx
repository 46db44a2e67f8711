import { IconRobot, IconUser } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { LedgerChange, LedgerEntry } from '../../api/types/ledger';
import { Bdi, Hash } from '../../parts/Bdi';
import { Tag } from '../../parts/tags';
import { dateTime } from '../../time/format';

const PEOPLE = ['user', 'person', 'contact', 'approver'];

export function LedgerRow({ entry, zone }: { entry: LedgerEntry; zone: string }) {
  const { t, i18n } = useTranslation();
  const words = i18n.language === 'en' ? entry.words_en : entry.words_he;
  const person = PEOPLE.includes(entry.actor.type);
  return (
    <tr data-testid="ledger-row" data-action={entry.action}>
      <td style={{ whiteSpace: 'nowrap' }}>
        <time dateTime={entry.at}>{dateTime(entry.at, zone)}</time>
        <div className="least muted">
          {entry.idx === null ? t('ledger.pending') : <Bdi code>#{entry.idx}</Bdi>}
        </div>
      </td>
      <td>
        <span className="row" style={{ gap: 5, flexWrap: 'nowrap' }}>
          {person ? <IconUser size={14} aria-hidden /> : <IconRobot size={14} aria-hidden />}
          <Bdi>{entry.actor.name || (person ? entry.actor.id : t('room.by_system'))}</Bdi>
        </span>
        {entry.actor.via ? (
          <span className="least muted">
            <Bdi>{entry.actor.via}</Bdi>
          </span>
        ) : null}
      </td>
      <td style={{ minWidth: 220 }}>
        <div>{words}</div>
        <div className="least muted">
          <Bdi code>{entry.action}</Bdi>
        </div>
        {entry.reason ? (
          <div className="small">
            {t('parts.reason')}: <Bdi>{entry.reason}</Bdi>
          </div>
        ) : null}
      </td>
      <td style={{ minWidth: 200 }}>
        <ul className="plain-list least">
          {(entry.changes ?? []).map((change) => (
            <Change key={change.field} change={change} />
          ))}
        </ul>
      </td>
      <td className="least">
        <Hash value={entry.hash} />
      </td>
    </tr>
  );
}

function Change({ change }: { change: LedgerChange }) {
  const { t, i18n } = useTranslation();
  const empty = (value: unknown) => value === null || value === undefined || value === '';
  const said = (value: unknown): string => {
    if (empty(value)) return t('ledger.nothing');
    if (typeof value === 'boolean') return value ? t('parts.yes') : t('parts.no');
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  const words = `ledger.fields.${change.field}`;
  const name = i18n.exists(words) ? t(words) : <Bdi code>{change.field}</Bdi>;
  if (change.erased) {
    return (
      <li>
        {name}: <Tag>{t('ledger.erased')}</Tag>
      </li>
    );
  }
  return (
    <li>
      {name}:{' '}
      {empty(change.before) ? null : (
        <>
          {t('ledger.from')} <Bdi>{said(change.before)}</Bdi> {t('ledger.to')}{' '}
        </>
      )}
      <strong>
        <Bdi>{said(change.after)}</Bdi>
      </strong>
    </li>
  );
}
