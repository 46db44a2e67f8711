import { type ReactNode, useEffect } from 'react';
import { useSessionQuery } from '../api/session';
import { NewPasswordPage } from '../features/session/NewPasswordPage';
import { SetupPage } from '../features/session/SetupPage';
import { SignInPage } from '../features/session/SignInPage';
import { setLang } from '../i18n';
import { Failed, Loading } from '../parts/states';

/** Set-up while nobody exists, sign-in while nobody is signed in, else the console. The address stays. */
export function Gate({ children }: { children: ReactNode }) {
  const query = useSessionQuery();
  const lang = query.data?.user?.lang;
  useEffect(() => {
    if (lang) setLang(lang);
  }, [lang]);

  if (!query.data) {
    return (
      <main className="gate">
        <div className="gate-card">
          {query.error ? <Failed error={query.error} retry={() => query.refetch()} /> : <Loading rows={3} />}
        </div>
      </main>
    );
  }
  if (query.data.setup_needed) return <SetupPage />;
  if (!query.data.signed_in) return <SignInPage />;
  if (query.data.must_change_password) return <NewPasswordPage />;
  return <>{children}</>;
}
