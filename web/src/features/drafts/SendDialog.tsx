import { Checkbox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import type { DraftDetail, PolicyRound, SendRound } from '../../api/types/drafts';
import { useWrite } from '../../api/useWrite';
import { DateTimeField } from '../../parts/DateTimeField';
import { FormDialog } from '../../parts/FormDialog';
import { NoteLine, Shown } from '../../parts/states';
import { keyOf, likely } from './approvers';

/**
 * The rounds are the least that the policy asks at this severity: they can be
 * filled with people, not taken away.
 */
export function SendDialog({
  draft,
  zone,
  onClose,
}: {
  draft: DraftDetail;
  zone: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const newest = [...(draft.versions ?? [])].sort((a, b) => b.version - a.version)[0]?.author;
  const author = typeof newest === 'object' ? newest.id : '';
  const [deadline, setDeadline] = useState<string | null>(null);
  const [onApproval, setOnApproval] = useState(true);
  const [chosen, setChosen] = useState<string[][] | null>(null);
  const query = useQuery({
    queryKey: ['draft', draft.id, 'rounds'],
    queryFn: async ({ signal }) => {
      const told = await api.get<{ rounds?: PolicyRound[]; items?: PolicyRound[] }>(
        `/drafts/${draft.id}/rounds`,
        undefined,
        signal,
      );
      return (told.rounds ?? told.items ?? []).map((r) => ({ ...r, candidates: r.candidates ?? [] }));
    },
    staleTime: 0,
  });
  const rounds = query.data ?? [];
  const picked = chosen ?? likely(rounds, author);
  const short = rounds.some(
    (round, i) => (picked[i]?.length ?? 0) < (round.mode === 'k_of_n' ? (round.k ?? 1) : 1),
  );
  const write = useWrite(
    (body: { rounds: SendRound[]; deadline?: string; publish_on_approval: boolean }, key) =>
      api.post(`/drafts/${draft.id}/send`, body, { key }),
    {
      stale: [['draft', draft.id], ['drafts'], ['approvals'], ['crisis'], ['counts']],
      said: t('draft.sent'),
      onDone: onClose,
    },
  );
  const submit = () =>
    write.send({
      deadline: deadline ?? undefined,
      publish_on_approval: onApproval,
      rounds: rounds.map((round, i) => ({
        party: round.party,
        mode: round.mode,
        ...(round.mode === 'k_of_n' && round.k ? { k: round.k } : {}),
        approvers: round.candidates
          .filter((c) => picked[i]?.includes(keyOf(c)))
          .map((c) => (c.user_id ? { user_id: c.user_id } : { contact_id: c.contact_id ?? '' })),
      })),
    });
  const toggle = (index: number, key: string) =>
    setChosen(
      picked.map((keys, i) => {
        if (i !== index) return keys;
        return keys.includes(key) ? keys.filter((k) => k !== key) : [...keys, key];
      }),
    );
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('draft.send')}
      action={t('draft.send_action')}
      pending={write.pending}
      error={write.error}
      disabled={query.data === undefined || rounds.length === 0 || short}
      onSubmit={submit}
      size="lg"
      testid="send-confirm"
    >
      <p className="small muted" style={{ margin: 0 }}>
        {t('draft.send_help', { version: draft.version })}
      </p>
      <Shown query={query} rows={3}>
        {() => (
          <div className="stack">
            {rounds.map((round, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a round is its place in the order
              <fieldset key={index} className="fieldset">
                <legend>
                  {index + 1}. {t(`labels.parties.${round.party}`)} ·{' '}
                  {round.mode === 'k_of_n' && round.k
                    ? t('approval.k_of_n', { k: round.k, n: round.candidates.length })
                    : t(`labels.round_rules.${round.mode}`)}
                </legend>
                {round.candidates.length === 0 ? (
                  <NoteLine tone="warn">{t('draft.no_candidates')}</NoteLine>
                ) : (
                  <div className="stack tight">
                    {round.candidates.map((c) => (
                      <Checkbox
                        key={keyOf(c)}
                        checked={picked[index]?.includes(keyOf(c)) ?? false}
                        onChange={() => toggle(index, keyOf(c))}
                        label={
                          <span className="row" style={{ gap: 6 }}>
                            <bdi>{c.name}</bdi>
                            {c.title ? (
                              <span className="muted">
                                <bdi>{c.title}</bdi>
                              </span>
                            ) : null}
                            {c.email ? (
                              <span className="least muted">
                                <bdi dir="ltr">{c.email}</bdi>
                              </span>
                            ) : null}
                          </span>
                        }
                        data-testid="send-approver"
                      />
                    ))}
                  </div>
                )}
              </fieldset>
            ))}
          </div>
        )}
      </Shown>
      <DateTimeField
        label={t('draft.deadline')}
        description={t('draft.deadline_help')}
        value={deadline}
        onChange={setDeadline}
        zone={zone}
        testid="send-deadline"
      />
      <Checkbox
        label={t('draft.publish_on_approval')}
        checked={onApproval}
        onChange={(e) => setOnApproval(e.currentTarget.checked)}
        data-testid="send-publish"
      />
    </FormDialog>
  );
}
