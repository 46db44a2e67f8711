import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Approval } from '../../api/types/drafts';
import { ApprovalRounds } from '../../parts/ApprovalRounds';
import { Panel } from '../../parts/Panel';
import { ApprovalStateTag } from '../../parts/workTags';
import { dateTime } from '../../time/format';

export function ApprovalCard({ approval, zone }: { approval: Approval; zone: string }) {
  const { t } = useTranslation();
  return (
    <Panel title={t('draft.approval')} aside={<ApprovalStateTag state={approval.state} />}>
      <div className="stack">
        <div className="row apart small">
          <Link to="/approvals/$id" params={{ id: approval.id }}>
            {t('draft.to_approval')}
          </Link>
          {approval.deadline ? (
            <span className="muted">{t('clock.until', { at: dateTime(approval.deadline, zone) })}</span>
          ) : null}
        </div>
        <ApprovalRounds approval={approval} zone={zone} />
      </div>
    </Panel>
  );
}
