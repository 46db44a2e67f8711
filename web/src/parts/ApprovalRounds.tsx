import { Button } from '@mantine/core';
import { IconCheck, IconClock, IconEdit, IconEye, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { useCan } from '../api/session';
import type { Approval, Approver } from '../api/types/drafts';
import { useWrite } from '../api/useWrite';
import { shortTime } from '../time/format';
import { useNow } from '../time/now';
import { ReasonDialog } from './FormDialog';

const ICONS = {
  approved: IconCheck,
  declined: IconX,
  changes_requested: IconEdit,
  opened: IconEye,
  sent: IconClock,
  waiting: IconClock,
};

/** Who is asked in which round, what each has done, and the stop for a link that went astray. */
export function ApprovalRounds({ approval, zone }: { approval: Approval; zone: string }) {
  const { t } = useTranslation();
  const [revoking, setRevoking] = useState<Approver | null>(null);
  const revoke = useWrite(
    (reason: string, key) =>
      api.post(`/approvals/${approval.id}/links/${revoking?.link_id}/revoke`, { reason }, { key }),
    {
      stale: [['approval'], ['approvals'], ['draft']],
      said: t('approval.revoked'),
      onDone: () => setRevoking(null),
    },
  );
  return (
    <ol className="plain-list stack">
      {approval.rounds.map((round, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a round is its place in the order
        <li key={index}>
          <div className="row apart small">
            <strong>
              {index + 1}. {t(`labels.parties.${round.party}`)}
            </strong>
            <span className="muted">
              {round.mode === 'k_of_n' && round.k
                ? t('approval.k_of_n', { k: round.k, n: round.approvers.length })
                : t(`labels.round_rules.${round.mode}`)}
            </span>
          </div>
          <ul className="plain-list divided small">
            {round.approvers.map((approver) => (
              <Person
                key={approver.key}
                approver={approver}
                approval={approval}
                zone={zone}
                onRevoke={() => setRevoking(approver)}
              />
            ))}
          </ul>
        </li>
      ))}
      {revoking ? (
        <ReasonDialog
          opened
          onClose={() => setRevoking(null)}
          title={t('approval.revoke_named', { name: revoking.name })}
          action={t('approval.revoke')}
          write={revoke}
          danger
          testid="link-revoke"
        />
      ) : null}
    </ol>
  );
}

function Person({
  approver,
  approval,
  zone,
  onRevoke,
}: {
  approver: Approver;
  approval: Approval;
  zone: string;
  onRevoke: () => void;
}) {
  const { t } = useTranslation();
  const can = useCan();
  const now = useNow();
  const Icon = ICONS[approver.state] ?? IconClock;
  const waiting = approver.state === 'sent' || approver.state === 'opened';
  const tone =
    approver.state === 'approved' ? 'var(--done)' : approver.state === 'declined' ? 'var(--s1)' : undefined;
  return (
    <li className="stack" style={{ gap: 2, padding: '5px 0' }}>
      <div className="row apart">
        <span className="row" style={{ gap: 6 }}>
          <Icon size={15} aria-hidden style={{ color: tone }} />
          <bdi>{approver.name}</bdi>
        </span>
        <span className="row muted">
          {t(`approval.person.${approver.state}`)}
          {approver.at ? ` ${shortTime(approver.at, zone, now)}` : ''}
          {waiting &&
          approver.link_id &&
          approval.state === 'open' &&
          can('approvals.revoke', approval.client_id) ? (
            <Button
              size="compact-xs"
              variant="default"
              onClick={onRevoke}
              aria-label={t('approval.revoke_named', { name: approver.name })}
              data-testid="link-revoke"
            >
              {t('approval.revoke')}
            </Button>
          ) : null}
        </span>
      </div>
      {approver.comment ? (
        <p className="quote lines" dir="auto" style={{ margin: 0 }}>
          {approver.comment}
        </p>
      ) : null}
    </li>
  );
}
