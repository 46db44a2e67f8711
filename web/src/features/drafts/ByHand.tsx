import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useCan } from '../../api/session';
import type { Publication } from '../../api/types/drafts';
import { useWrite } from '../../api/useWrite';
import { CopyButton } from '../../parts/CopyButton';
import { TextField } from '../../parts/fields';
import { WriteError } from '../../parts/states';

/** Exactly what to paste, a button that copies it, and the link that proves it went out. */
export function ByHand({ publication, clientId }: { publication: Publication; clientId: string }) {
  const { t } = useTranslation();
  const can = useCan();
  const [url, setUrl] = useState('');
  const confirm = useWrite(
    (link: string, key) => api.post(`/publications/${publication.id}/confirm`, { url: link }, { key }),
    {
      stale: [['draft'], ['drafts'], ['publications'], ['crisis'], ['timeline']],
      said: t('publication.confirmed'),
    },
  );
  return (
    <div className="stack tight">
      <span className="small strong">{t('publication.paste')}</span>
      <pre
        className="quote lines"
        dir="auto"
        style={{ margin: 0, fontFamily: 'inherit' }}
        data-testid="publication-text"
      >
        {publication.text}
      </pre>
      {(publication.links ?? []).length > 0 ? (
        <div className="small">
          {t('publication.links')}
          <ul className="plain-list">
            {(publication.links ?? []).map((link) => (
              <li key={link} className="row">
                <bdi dir="ltr">{link}</bdi>
                <CopyButton text={link} />
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      <div className="row">
        <CopyButton text={publication.text} testid="publication-copy" />
        {publication.compose_url && /^https:\/\//.test(publication.compose_url) ? (
          <Button
            component="a"
            href={publication.compose_url}
            target="_blank"
            rel="noopener noreferrer"
            size="compact-sm"
            variant="default"
          >
            {t('publication.compose')}
          </Button>
        ) : null}
      </div>
      {can('publications.confirm', clientId) ? (
        <form
          className="stack tight"
          onSubmit={(event) => {
            event.preventDefault();
            confirm.send(url.trim());
          }}
        >
          <TextField
            label={t('publication.link')}
            description={t('publication.link_help')}
            type="url"
            dir="ltr"
            value={url}
            onChange={(e) => setUrl(e.currentTarget.value)}
            required
            data-testid="publication-link"
          />
          <WriteError error={confirm.error} />
          <div className="row">
            <Button
              type="submit"
              loading={confirm.pending}
              disabled={url.trim() === ''}
              data-testid="publication-confirm"
            >
              {t('publication.confirm')}
            </Button>
          </div>
        </form>
      ) : null}
    </div>
  );
}
