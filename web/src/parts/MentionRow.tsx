import { IconPhoto } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Mention } from '../api/types/mentions';
import { Bdi } from './Bdi';
import { PlatformIcon } from './Platform';
import { RichText } from './RichText';
import { SentimentTag, Tag } from './tags';
import { When } from './When';

/** 41.2K, 1.3M: short enough for a narrow column. */
export function compact(n: number): string {
  if (n >= 1_000_000) return `${(n / 1_000_000).toFixed(1)}M`;
  if (n >= 10_000) return `${(n / 1000).toFixed(1)}K`;
  return String(n);
}

/** One public utterance. Text keeps its own direction; the column stays aligned to the page. */
export function MentionRow({
  mention,
  onOpen,
  fresh = false,
  at = false,
}: {
  mention: Mention;
  onOpen?: () => void;
  fresh?: boolean;
  at?: boolean;
}) {
  const { t } = useTranslation();
  const who = mention.author?.name || mention.author?.handle || t('mention.unknown_author');
  return (
    <div
      className={`mention ${fresh ? 'fresh' : ''} ${at ? 'at' : ''}`}
      data-at={at}
      data-testid="mention-row"
    >
      <div style={{ paddingBlockStart: 2 }}>
        <PlatformIcon platform={mention.platform} />
      </div>
      <div className="grow">
        <div className="row" style={{ gap: 6 }}>
          {onOpen ? (
            <button type="button" className="link-button strong" onClick={onOpen} aria-haspopup="dialog">
              <Bdi>{who}</Bdi>
            </button>
          ) : (
            <strong>
              <Bdi>{who}</Bdi>
            </strong>
          )}
          {mention.author?.handle && mention.author.handle !== who ? (
            <span className="least muted">
              <Bdi code>{mention.author.handle}</Bdi>
            </span>
          ) : null}
          {mention.group_name ? (
            <span className="least muted">
              <Bdi>{mention.group_name}</Bdi>
            </span>
          ) : null}
          <span className="least muted">
            <When at={mention.published_at} />
          </span>
          {mention.demo ? <Tag>{t('parts.demo')}</Tag> : null}
        </div>
        <p className="lines mention-text" dir="auto">
          {mention.title ? <strong>{mention.title} </strong> : null}
          <RichText text={mention.text} />
        </p>
      </div>
      <div className="mention-side">
        <SentimentTag
          label={mention.sentiment.label}
          unsure={mention.sentiment.unsure}
          by={mention.sentiment.by}
        />
        {mention.reach ? (
          <span className="least muted">{t('mention.reach', { n: compact(mention.reach) })}</span>
        ) : null}
        {mention.screenshot ? (
          <span className="least muted row" style={{ gap: 4 }}>
            <IconPhoto size={14} aria-hidden />
            {t('mention.screenshot')}
          </span>
        ) : null}
      </div>
    </div>
  );
}
