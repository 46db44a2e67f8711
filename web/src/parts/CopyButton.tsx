import { Button } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Copies a text; on an insecure origin, where the clipboard is closed, it selects a hidden field instead. */
export function CopyButton({ text, label, testid }: { text: string; label?: string; testid?: string }) {
  const { t } = useTranslation();
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = document.createElement('textarea');
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand('copy');
      field.remove();
    }
    setDone(true);
    window.setTimeout(() => setDone(false), 2000);
  };
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={done ? <IconCheck size={14} /> : <IconCopy size={14} />}
      onClick={() => void copy()}
      data-testid={testid}
    >
      <span aria-live="polite">{done ? t('parts.copied') : (label ?? t('parts.copy'))}</span>
    </Button>
  );
}
