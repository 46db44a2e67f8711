import { Button } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useCan } from '../../api/session';
import type { DraftDetail } from '../../api/types/drafts';
import { useWrite } from '../../api/useWrite';
import { ReasonDialog } from '../../parts/FormDialog';
import { WriteError } from '../../parts/states';
import { SendDialog } from './SendDialog';

const SENDABLE = ['draft', 'changes_requested', 'declined'];

/** Send for approval, withdraw, publish: what the draft's state allows now. */
export function DraftActions({ draft, zone }: { draft: DraftDetail; zone: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const [dialog, setDialog] = useState<'send' | 'withdraw' | null>(null);
  const stale = [['draft', draft.id], ['drafts'], ['approvals'], ['publications'], ['crisis'], ['counts']];
  const withdraw = useWrite(
    (reason: string, key) => api.post(`/drafts/${draft.id}/withdraw`, { reason }, { key }),
    { stale, said: t('draft.withdrawn'), onDone: () => setDialog(null) },
  );
  const publish = useWrite((_: undefined, key) => api.post(`/drafts/${draft.id}/publish`, {}, { key }), {
    stale,
    said: t('draft.publishing'),
  });
  const may = (permission: Parameters<typeof can>[0]) => can(permission, draft.client_id);
  // Once this version is on its way, its publications below say what is left to do.
  const underway = (draft.publications ?? []).some(
    (p) => p.version === draft.version && !['failed', 'refused'].includes(p.state),
  );
  const open = !['published', 'withdrawn'].includes(draft.state);
  return (
    <div className="stack tight">
      <div className="row">
        {SENDABLE.includes(draft.state) && may('drafts.send') ? (
          <Button
            leftSection={<IconSend size={15} />}
            onClick={() => setDialog('send')}
            data-testid="draft-send"
          >
            {t('draft.send')}
          </Button>
        ) : null}
        {draft.state === 'approved' && !underway && may('publications.publish') ? (
          <Button
            loading={publish.pending}
            onClick={() => publish.send(undefined)}
            data-testid="draft-publish"
          >
            {t('draft.publish')}
          </Button>
        ) : null}
        {open && may('drafts.send') ? (
          <Button variant="default" onClick={() => setDialog('withdraw')} data-testid="draft-withdraw">
            {t('draft.withdraw')}
          </Button>
        ) : null}
      </div>
      <WriteError error={publish.error} />
      {dialog === 'send' ? <SendDialog draft={draft} zone={zone} onClose={() => setDialog(null)} /> : null}
      <ReasonDialog
        opened={dialog === 'withdraw'}
        onClose={() => setDialog(null)}
        title={t('draft.withdraw')}
        action={t('draft.withdraw')}
        write={withdraw}
        testid="withdraw"
      />
    </div>
  );
}
