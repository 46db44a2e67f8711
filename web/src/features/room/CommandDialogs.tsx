import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Stage } from '../../api/types/basics';
import type { CrisisDetail } from '../../api/types/crises';
import { FormDialog } from '../../parts/FormDialog';
import { TextBox, TextField } from '../../parts/fields';
import { PersonPicker, WordPicker } from '../../parts/pickers';
import { NoteLine } from '../../parts/states';
import { MissingList } from './MissingList';
import { useCrisisWrite } from './queries';

export type Command = 'severity' | 'lead' | 'title' | 'wave' | 'close' | 'reopen';

interface Props {
  command: Command;
  crisis: CrisisDetail;
  id: string;
  onClose: () => void;
}

/** The commands on the process. Each carries what the person saw, so that two people cannot act on the same moment. */
export function CommandDialog({ command, crisis, id, onClose }: Props) {
  const { t } = useTranslation();
  const write = useCrisisWrite(id, { onDone: onClose, said: t('parts.saved') });
  const [severity, setSeverity] = useState<string | undefined>(String(crisis.severity));
  const [lead, setLead] = useState<string | undefined>(crisis.lead?.id);
  const [title, setTitle] = useState(crisis.title);
  const [stage, setStage] = useState<Stage | undefined>('detect');
  const [reason, setReason] = useState('');
  const missing = command === 'close' ? crisis.gate.missing : [];

  const said = reason.trim();
  const sends: Record<Command, () => void> = {
    severity: () =>
      write.send({
        path: '/severity',
        body: { expected: crisis.severity, severity: Number(severity), reason: said },
      }),
    lead: () => write.send({ path: '/lead', body: { lead_id: lead } }),
    title: () => write.send({ method: 'patch', path: '', body: { title: title.trim() } }),
    wave: () => write.send({ path: '/wave', body: { stage, reason: said } }),
    close: () => write.send({ path: '/close', body: said ? { override_reason: said } : {} }),
    reopen: () => write.send({ path: '/reopen', body: { stage, reason: said } }),
  };
  const needsReason =
    command === 'severity' || command === 'wave' || command === 'reopen' || missing.length > 0;
  const ready: Record<Command, boolean> = {
    severity: !!severity,
    lead: !!lead,
    title: title.trim() !== '',
    wave: !!stage,
    close: missing.length === 0 || crisis.gate.can_override,
    reopen: !!stage,
  };
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t(`room.commands.${command}`)}
      action={t(`room.commands.${command}`)}
      pending={write.pending}
      error={write.error}
      disabled={!ready[command] || (needsReason && said === '')}
      onSubmit={sends[command]}
      testid={command === 'close' ? 'close-confirm' : `${command}-confirm`}
    >
      {command === 'severity' ? (
        <>
          <WordPicker
            words="severity.choice"
            codes={['1', '2', '3', '4']}
            label={t('queue.severity')}
            value={severity}
            onChange={setSeverity}
            required
            testid="severity-choice"
          />
          <p className="small muted" style={{ margin: 0 }}>
            {t('room.severity_help')}
          </p>
        </>
      ) : null}
      {command === 'lead' ? (
        <PersonPicker label={t('queue.lead')} value={lead} onChange={setLead} required />
      ) : null}
      {command === 'title' ? (
        <TextField
          label={t('queue.crisis_title')}
          value={title}
          onChange={(e) => setTitle(e.currentTarget.value)}
          dir="auto"
          required
        />
      ) : null}
      {command === 'wave' || command === 'reopen' ? (
        <>
          <p className="small muted" style={{ margin: 0 }}>
            {t(`room.${command}_help`)}
          </p>
          <WordPicker
            words="labels.stages"
            codes={['detect', 'assess'] as const}
            label={t('room.at_stage')}
            value={stage}
            onChange={setStage}
            required
          />
        </>
      ) : null}
      {command === 'close' ? <Closing crisis={crisis} /> : null}
      {needsReason ? (
        <TextBox
          label={missing.length > 0 ? t('room.override_reason') : t('parts.reason')}
          description={t('parts.reason_help')}
          value={reason}
          onChange={(e) => setReason(e.currentTarget.value)}
          required
          autosize
          minRows={2}
          dir="auto"
          data-testid={command === 'close' ? 'close-reason' : `${command}-reason`}
        />
      ) : null}
    </FormDialog>
  );
}

function Closing({ crisis }: { crisis: CrisisDetail }) {
  const { t } = useTranslation();
  const missing = crisis.gate.missing;
  if (missing.length === 0) return <NoteLine tone="ok">{t('room.close_ready')}</NoteLine>;
  return (
    <>
      <MissingList missing={missing} />
      {crisis.gate.can_override ? null : <NoteLine tone="warn">{t('room.no_override')}</NoteLine>}
    </>
  );
}
