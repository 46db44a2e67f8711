import { Button, Radio } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useCan } from '../../api/session';
import type { Publication } from '../../api/types/drafts';
import { useWrite } from '../../api/useWrite';
import { ReasonDialog } from '../../parts/FormDialog';
import { TextField } from '../../parts/fields';
import { NoteLine } from '../../parts/states';

interface Props {
  publication: Publication;
  clientId: string;
}

const STALE = [['draft'], ['drafts'], ['publications'], ['crisis'], ['timeline']];

/** After a hold each publication is released by itself, with a reason. */
export function Release({ publication, clientId }: Props) {
  const { t } = useTranslation();
  const can = useCan();
  const [open, setOpen] = useState(false);
  const write = useWrite(
    (reason: string, key) => api.post(`/publications/${publication.id}/release`, { reason }, { key }),
    { stale: STALE, onDone: () => setOpen(false) },
  );
  if (!can('holds.release', clientId)) return null;
  return (
    <div className="row">
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => setOpen(true)}
        data-testid="publication-release"
      >
        {t('publication.release')}
      </Button>
      <ReasonDialog
        opened={open}
        onClose={() => setOpen(false)}
        title={t('publication.release')}
        action={t('publication.release')}
        write={write}
        testid="release"
      />
    </div>
  );
}

/** When nobody knows whether a post went out, a person looks and says; nothing is sent again by guess. */
export function Resolve({ publication, clientId }: Props) {
  const { t } = useTranslation();
  const can = useCan();
  const [open, setOpen] = useState(false);
  const [outcome, setOutcome] = useState('');
  const [url, setUrl] = useState('');
  const write = useWrite(
    (reason: string, key) =>
      api.post(
        `/publications/${publication.id}/resolve`,
        { outcome, url: url.trim() || undefined, reason },
        { key },
      ),
    { stale: STALE, onDone: () => setOpen(false) },
  );
  return (
    <div className="stack tight">
      <NoteLine tone="bad">{t('publication.unknown_help')}</NoteLine>
      {can('publications.confirm', clientId) ? (
        <div className="row">
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => setOpen(true)}
            data-testid="publication-resolve"
          >
            {t('publication.resolve')}
          </Button>
        </div>
      ) : null}
      <ReasonDialog
        opened={open}
        onClose={() => setOpen(false)}
        title={t('publication.resolve')}
        action={t('parts.save')}
        write={write}
        testid="resolve"
        intro={
          <>
            <Radio.Group
              label={t('publication.outcome_label')}
              value={outcome}
              onChange={setOutcome}
              required
            >
              <div className="stack tight" style={{ marginBlockStart: 6 }}>
                <Radio value="published" label={t('publication.outcome.published')} />
                <Radio value="not_published" label={t('publication.outcome.not_published')} />
              </div>
            </Radio.Group>
            {outcome === 'published' ? (
              <TextField
                label={t('publication.link')}
                type="url"
                dir="ltr"
                value={url}
                onChange={(e) => setUrl(e.currentTarget.value)}
              />
            ) : null}
          </>
        }
      />
    </div>
  );
}
