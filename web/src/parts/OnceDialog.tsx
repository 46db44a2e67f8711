import { Button, Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CopyButton } from './CopyButton';
import { NoteLine } from './states';

/** A secret that exists in readable form only now: a first password, a token, a signing secret. */
export function OnceDialog({
  title,
  rows,
  onClose,
}: {
  title: string;
  rows: { name: string; value: string }[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('parts.close') }}
    >
      <div className="stack">
        <NoteLine tone="warn">
          <strong>{t('parts.once_title')}.</strong> {t('parts.once_help')}
        </NoteLine>
        {rows.map((row) => (
          <div key={row.name} className="stack tight">
            <span className="small strong">{row.name}</span>
            <div className="row apart quote">
              <code dir="ltr" className="lines grow" data-testid="once-value">
                {row.value}
              </code>
              <CopyButton text={row.value} />
            </div>
          </div>
        ))}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button onClick={onClose} data-testid="once-done">
            {t('parts.done')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
