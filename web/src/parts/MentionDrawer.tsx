import { Button, Drawer, SegmentedControl } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { address, api } from '../api/client';
import { useCan, useSession } from '../api/session';
import type { Sentiment } from '../api/types/basics';
import type { Mention } from '../api/types/mentions';
import { useWrite } from '../api/useWrite';
import { dateTime } from '../time/format';
import { Bdi } from './Bdi';
import { PlatformIcon, usePlatformName } from './Platform';
import { RichText } from './RichText';
import { Shown, WriteError } from './states';
import { SentimentTag, Tag } from './tags';

/** One mention whole: what was said, by whom, where, how it was judged, and what came in. */
export function MentionDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['mention', id],
    queryFn: ({ signal }) => api.get<Mention>(`/mentions/${id}`, undefined, signal),
    enabled: id !== undefined,
  });
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size={460}
      title={t('mention.title')}
      closeButtonProps={{ 'aria-label': t('parts.close') }}
    >
      {id === undefined ? null : (
        <Shown query={query} rows={4}>
          {(mention) => <Detail mention={mention} />}
        </Shown>
      )}
    </Drawer>
  );
}

function Detail({ mention }: { mention: Mention }) {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const platform = usePlatformName();
  const zone = session.agency.zone;
  const facts: [string, string | undefined][] = [
    [t('mention.platform'), platform(mention.platform)],
    [t('mention.group'), mention.group_name],
    [t('mention.published'), dateTime(mention.published_at, zone)],
    [t('mention.received'), dateTime(mention.received_at, zone)],
    [t('mention.followers'), mention.author?.followers?.toLocaleString('en-US')],
    [t('mention.reach_label'), mention.reach?.toLocaleString('en-US')],
    [t('mention.engagement'), mention.engagement?.toLocaleString('en-US')],
    [t('mention.rating'), mention.rating?.toString()],
    [t('mention.source'), mention.source?.name],
    [
      t('mention.lang'),
      mention.lang && i18n.exists(`lang.${mention.lang}`) ? t(`lang.${mention.lang}`) : mention.lang,
    ],
  ];
  return (
    <div className="stack">
      <div className="row">
        <PlatformIcon platform={mention.platform} />
        <strong>
          <Bdi>{mention.author?.name || mention.author?.handle || t('mention.unknown_author')}</Bdi>
        </strong>
        {mention.author?.handle ? (
          <span className="muted">
            <Bdi code>{mention.author.handle}</Bdi>
          </span>
        ) : null}
      </div>
      <p className="lines mention-text quote" dir="auto">
        {mention.title ? <strong>{mention.title} </strong> : null}
        <RichText text={mention.text} />
      </p>
      {mention.url && /^https?:\/\//.test(mention.url) ? (
        <Button
          component="a"
          href={mention.url}
          target="_blank"
          rel="noopener noreferrer"
          variant="default"
          leftSection={<IconExternalLink size={15} />}
        >
          {t('parts.open_link')}
        </Button>
      ) : null}
      {mention.screenshot ? (
        <img
          src={address(`/mentions/${mention.id}/screenshot`)}
          alt={t('mention.screenshot_alt')}
          style={{ maxWidth: '100%', border: '1px solid var(--line)', borderRadius: 8 }}
        />
      ) : null}
      <Correction mention={mention} />
      <div className="row">
        {(mention.flags ?? []).map((flag) => (
          <Tag key={flag} tone="bad">
            {i18n.exists(`labels.flags.${flag}`) ? t(`labels.flags.${flag}`) : flag}
          </Tag>
        ))}
        {(mention.concerns ?? []).map((concern) => (
          <Tag key={concern}>{i18n.exists(`concern.${concern}`) ? t(`concern.${concern}`) : concern}</Tag>
        ))}
      </div>
      <dl className="facts">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Bdi>{value}</Bdi>
              </dd>
            </div>
          ))}
      </dl>
      {mention.raw ? (
        <details>
          <summary>{t('mention.raw')}</summary>
          <pre dir="ltr" className="quote least lines" style={{ overflowX: 'auto' }}>
            {typeof mention.raw === 'string' ? mention.raw : JSON.stringify(mention.raw, null, 2)}
          </pre>
        </details>
      ) : null}
    </div>
  );
}

/** A person's word on the sentiment always wins and is never computed over. */
function Correction({ mention }: { mention: Mention }) {
  const { t } = useTranslation();
  const can = useCan();
  const write = useWrite(
    (label: Sentiment, key) => api.put(`/mentions/${mention.id}/sentiment`, { label }, { key }),
    { stale: [['mention'], ['stream'], ['mentions'], ['volume']], said: t('mention.corrected') },
  );
  if (!can('mentions.correct', mention.client_id)) {
    return (
      <SentimentTag
        label={mention.sentiment.label}
        unsure={mention.sentiment.unsure}
        by={mention.sentiment.by}
      />
    );
  }
  return (
    <div className="stack tight">
      <span className="row apart small">
        <span className="strong">{t('mention.sentiment')}</span>
        <span className="muted">
          {t(`mention.by.${mention.sentiment.by}`)}
          {mention.sentiment.unsure ? ` · ${t('sentiment.unsure')}` : ''}
        </span>
      </span>
      <SegmentedControl
        fullWidth
        aria-label={t('mention.sentiment')}
        disabled={write.pending}
        value={mention.sentiment.label}
        onChange={(v) => write.send(v as Sentiment)}
        data={(['negative', 'neutral', 'positive'] as const).map((s) => ({
          value: s,
          label: t(`sentiment.${s}`),
        }))}
        data-testid="sentiment-correct"
      />
      <WriteError error={write.error} />
    </div>
  );
}
