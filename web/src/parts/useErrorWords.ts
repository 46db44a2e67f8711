import { useTranslation } from 'react-i18next';
import { isProblem } from '../api/problem';

interface Field {
  location: string;
  message: string;
  code?: string;
}

/** Turns an error into a sentence in the person's language; an unknown code shows the server's own sentence. */
export function useErrorWords() {
  const { t, i18n } = useTranslation();
  const known = (code?: string) => code !== undefined && i18n.exists(`errors.${code}`);
  const words = (error: unknown): string => {
    if (!isProblem(error)) return t('errors.unexpected');
    if (known(error.code)) return t(`errors.${error.code}`, error.details);
    return error.message || t('errors.unexpected');
  };
  words.field = (field: Field): string => {
    const name = field.location.replace(/^body\./, '');
    const label = i18n.exists(`fields.${name}`) ? t(`fields.${name}`) : name;
    return `${label}: ${known(field.code) ? t(`errors.${field.code}`) : field.message}`;
  };
  return words;
}
