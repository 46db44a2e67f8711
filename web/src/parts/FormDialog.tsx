import { Button, Modal } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TextBox } from './fields';
import { WriteError } from './states';

/** A dialog with one form. Closing it keeps what was typed; only a success empties it (the caller remounts). */
export function FormDialog({
  opened,
  onClose,
  title,
  children,
  action,
  pending,
  error,
  onSubmit,
  disabled,
  danger,
  size,
  testid,
}: {
  opened: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  action: string;
  pending: boolean;
  error: unknown;
  onSubmit: () => void;
  disabled?: boolean;
  danger?: boolean;
  size?: string;
  testid?: string;
}) {
  const { t } = useTranslation();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!pending && !disabled) onSubmit();
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={size}
      closeButtonProps={{ 'aria-label': t('parts.close') }}
    >
      <form onSubmit={submit} className="stack">
        {children}
        <WriteError error={error} />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('parts.cancel')}
          </Button>
          <Button
            type="submit"
            color={danger ? 'red' : undefined}
            loading={pending}
            disabled={disabled}
            data-testid={testid}
          >
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** The commonest dialog: say why. */
export function ReasonDialog({
  opened,
  onClose,
  title,
  intro,
  label,
  action,
  write,
  danger,
  optional,
  testid,
}: {
  opened: boolean;
  onClose: () => void;
  title: string;
  intro?: ReactNode;
  label?: string;
  action: string;
  write: { send: (reason: string) => void; pending: boolean; error: unknown };
  danger?: boolean;
  optional?: boolean;
  testid?: string;
}) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={title}
      action={action}
      pending={write.pending}
      error={write.error}
      onSubmit={() => write.send(reason.trim())}
      disabled={!optional && reason.trim() === ''}
      danger={danger}
      testid={testid ? `${testid}-confirm` : undefined}
    >
      {intro}
      <TextBox
        label={label ?? t('parts.reason')}
        description={t('parts.reason_help')}
        value={reason}
        onChange={(e) => setReason(e.currentTarget.value)}
        required={!optional}
        autosize
        minRows={2}
        dir="auto"
        data-autofocus
        data-testid={testid ? `${testid}-reason` : undefined}
      />
    </FormDialog>
  );
}
