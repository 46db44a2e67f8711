import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <div className="page">
      <h1 className="page-title">{t('frame.not_found')}</h1>
      <Link to="/queue">{t('frame.to_queue')}</Link>
    </div>
  );
}
