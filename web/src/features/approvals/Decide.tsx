import { Button, Radio } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useCan, useSession } from '../../api/session';
import type { Approval } from '../../api/types/drafts';
import { useWrite } from '../../api/useWrite';
import { TextBox, TextField } from '../../parts/fields';
import { Panel } from '../../parts/Panel';
import { NoteLine, WriteError } from '../../parts/states';

type Decision = 'approve' | 'changes' | 'decline';

/** The decision of somebody of the agency who is asked in the current round. It counts for exactly this version. */
export function Decide({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const session = useSession();
  const can = useCan();
  const [decision, setDecision] = useState('');
  const [comment, setComment] = useState('');
  const [name, setName] = useState('');
  const write = useWrite(
    (body: Record<string, unknown>, key) => api.post(`/approvals/${approval.id}/decision`, body, { key }),
    {
      stale: [['approval'], ['approvals'], ['draft'], ['drafts'], ['crisis'], ['counts'], ['publications']],
      said: t('approval.recorded'),
    },
  );
  const round = approval.rounds[approval.round];
  const me = session.user?.id ?? '';
  const asked = round?.approvers.find(
    (a) => a.key === `user:${me}` && ['waiting', 'sent', 'opened'].includes(a.state),
  );
  if (approval.state !== 'open' || !asked || !can('approvals.decide', approval.client_id)) return null;

  const typed = approval.step === 'typed_name';
  const needsComment = decision === 'changes' || decision === 'decline';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    write.send({
      decision: decision as Decision,
      version_hash: approval.version_hash,
      comment: comment.trim(),
      ...(name.trim() ? { typed_name: name.trim() } : {}),
    });
  };
  return (
    <Panel title={t('approval.decide')}>
      <form className="stack" onSubmit={submit}>
        <NoteLine>{t('approval.decide_help', { version: approval.version })}</NoteLine>
        <Radio.Group value={decision} onChange={setDecision} label={t('approval.decision')}>
          <div className="stack tight" style={{ marginBlockStart: 6 }}>
            {(['approve', 'changes', 'decline'] as const).map((d) => (
              <Radio key={d} value={d} label={t(`approval.decisions.${d}`)} data-testid={`decide-${d}`} />
            ))}
          </div>
        </Radio.Group>
        <TextBox
          label={t('approval.comment')}
          value={comment}
          onChange={(e) => setComment(e.currentTarget.value)}
          required={needsComment}
          autosize
          minRows={2}
          dir="auto"
          data-testid="decide-comment"
        />
        <TextField
          label={t('approval.typed_name')}
          description={t('approval.typed_name_help')}
          value={name}
          onChange={(e) => setName(e.currentTarget.value)}
          required={typed}
          dir="auto"
          autoComplete="off"
          data-testid="decide-name"
        />
        <WriteError error={write.error} />
        <div className="row">
          <Button
            type="submit"
            loading={write.pending}
            color={decision === 'decline' ? 'red' : undefined}
            disabled={
              decision === '' || (needsComment && comment.trim() === '') || (typed && name.trim() === '')
            }
            data-testid="decide-submit"
          >
            {t('approval.submit')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
