import {
  IconBrandBluesky,
  IconBrandFacebook,
  IconBrandGoogle,
  IconBrandInstagram,
  IconBrandLinkedin,
  IconBrandMastodon,
  IconBrandReddit,
  IconBrandTelegram,
  IconBrandTiktok,
  IconBrandWhatsapp,
  IconBrandX,
  IconBrandYoutube,
  IconMail,
  IconMessage2,
  IconNews,
  IconStar,
  IconWorld,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

export const PLATFORMS = [
  'x',
  'facebook',
  'instagram',
  'tiktok',
  'bluesky',
  'mastodon',
  'youtube',
  'linkedin',
  'reddit',
  'google_reviews',
  'review',
  'news',
  'web',
  'whatsapp',
  'telegram',
  'forum',
  'other',
] as const;

const ICONS: Record<string, typeof IconWorld> = {
  x: IconBrandX,
  facebook: IconBrandFacebook,
  instagram: IconBrandInstagram,
  tiktok: IconBrandTiktok,
  bluesky: IconBrandBluesky,
  mastodon: IconBrandMastodon,
  youtube: IconBrandYoutube,
  linkedin: IconBrandLinkedin,
  reddit: IconBrandReddit,
  google_reviews: IconBrandGoogle,
  google: IconBrandGoogle,
  review: IconStar,
  news: IconNews,
  web: IconWorld,
  site: IconWorld,
  whatsapp: IconBrandWhatsapp,
  telegram: IconBrandTelegram,
  email: IconMail,
};

export function usePlatformName(): (platform: string) => string {
  const { t, i18n } = useTranslation();
  return (platform) => (i18n.exists(`platform.${platform}`) ? t(`platform.${platform}`) : platform);
}

/** The platform's mark, with its name for those who do not see it. */
export function PlatformIcon({ platform, size = 18 }: { platform: string; size?: number }) {
  const name = usePlatformName();
  const Icon = ICONS[platform] ?? IconMessage2;
  return (
    <span title={name(platform)} style={{ display: 'inline-flex', flex: 'none' }}>
      <Icon size={size} aria-hidden />
      <span className="hidden-text">{name(platform)}</span>
    </span>
  );
}
