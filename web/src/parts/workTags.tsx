import {
  IconCheck,
  IconClock,
  IconEdit,
  IconHandStop,
  IconPencil,
  IconQuestionMark,
  IconSend,
  IconX,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ApprovalState, DraftState, PublicationState } from '../api/types/drafts';
import { Tag } from './tags';

type Tone = '' | 'done' | 'warn' | 'bad';
type Look = [typeof IconCheck, Tone];

const DRAFT: Record<DraftState, Look> = {
  draft: [IconPencil, ''],
  in_review: [IconClock, 'warn'],
  approved: [IconCheck, 'done'],
  changes_requested: [IconEdit, 'warn'],
  declined: [IconX, 'bad'],
  withdrawn: [IconX, ''],
  published: [IconSend, 'done'],
};

const APPROVAL: Record<ApprovalState, Look> = {
  open: [IconClock, 'warn'],
  approved: [IconCheck, 'done'],
  declined: [IconX, 'bad'],
  changes_requested: [IconEdit, 'warn'],
  expired: [IconClock, ''],
  superseded: [IconX, ''],
  withdrawn: [IconX, ''],
};

const PUBLICATION: Record<PublicationState, Look> = {
  planned: [IconClock, ''],
  held: [IconHandStop, 'warn'],
  sending: [IconSend, ''],
  awaiting_hand: [IconHandStop, 'warn'],
  unknown: [IconQuestionMark, 'bad'],
  published: [IconCheck, 'done'],
  failed: [IconX, 'bad'],
  refused: [IconX, 'bad'],
};

function StateTag({ look, word }: { look: Look | undefined; word: string }) {
  const [Icon, tone] = look ?? [IconClock, '' as Tone];
  return (
    <Tag tone={tone}>
      <Icon size={12} aria-hidden />
      {word}
    </Tag>
  );
}

export function DraftStateTag({ state }: { state: DraftState }) {
  const { t } = useTranslation();
  return (
    <span data-testid="draft-state" data-state={state}>
      <StateTag look={DRAFT[state]} word={t(`draft.state.${state}`)} />
    </span>
  );
}

export function ApprovalStateTag({ state }: { state: ApprovalState }) {
  const { t } = useTranslation();
  return (
    <span data-testid="approval-state" data-state={state}>
      <StateTag look={APPROVAL[state]} word={t(`approval.state.${state}`)} />
    </span>
  );
}

export function PublicationTag({ state }: { state: PublicationState }) {
  const { t } = useTranslation();
  return (
    <span data-testid="publication-state" data-state={state}>
      <StateTag look={PUBLICATION[state]} word={t(`publication.state.${state}`)} />
    </span>
  );
}
