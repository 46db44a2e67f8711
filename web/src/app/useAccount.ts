import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { sessionKey } from '../api/session';
import type { Lang } from '../api/types/basics';
import { useWrite } from '../api/useWrite';
import { currentLang, setLang } from '../i18n';

/** What a person does with their own session: language and leaving. */
export function useAccount() {
  const client = useQueryClient();
  const leave = useWrite(() => api.remove('/session'), {
    onDone: () => {
      client.clear();
      void client.invalidateQueries({ queryKey: sessionKey });
      window.location.assign('/');
    },
  });
  const profile = useWrite((lang: Lang, key) => api.patch('/me', { lang }, { key }), { stale: [sessionKey] });
  return {
    lang: currentLang(),
    signOut: () => leave.send(undefined),
    chooseLang: (lang: Lang) => {
      setLang(lang);
      profile.send(lang);
    },
  };
}
