import { DirectionProvider, MantineProvider, useDirection } from '@mantine/core';
import { DatesProvider } from '@mantine/dates';
import { Notifications } from '@mantine/notifications';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../api/problem';
import { sessionKey } from '../api/session';
import { Boundary } from '../parts/states';
import { Gate } from './Gate';
import { styleNonce } from './nonce';
import { router } from './router';
import { theme, variables } from './theme';

/** A session that ended elsewhere shows the sign-in page; what was typed is kept on this machine. */
function onError(error: unknown) {
  if (isProblem(error) && error.status === 401) void queries.invalidateQueries({ queryKey: sessionKey });
}

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (count, error) => count < 2 && (!isProblem(error) || error.status === 0 || error.status >= 500),
    },
    mutations: { retry: false },
  },
});

export function App() {
  return (
    <DirectionProvider initialDirection="rtl" detectDirection={false}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        defaultColorScheme="auto"
        getStyleNonce={styleNonce}
      >
        <QueryClientProvider client={queries}>
          <Language>
            <Notifications position="bottom-center" containerWidth={360} />
            <Boundary>
              <Gate>
                <RouterProvider router={router} />
              </Gate>
            </Boundary>
          </Language>
        </QueryClientProvider>
      </MantineProvider>
    </DirectionProvider>
  );
}

/** Keeps the document's language and direction, and the date pickers', in step with the chosen language. */
function Language({ children }: { children: ReactNode }) {
  const { i18n, t } = useTranslation();
  const { setDirection } = useDirection();
  const lang = i18n.language === 'en' ? 'en' : 'he';
  useEffect(() => {
    document.documentElement.lang = lang;
    document.title = t('frame.brand');
    setDirection(lang === 'he' ? 'rtl' : 'ltr');
  }, [lang, setDirection, t]);
  return (
    <DatesProvider settings={{ locale: lang, firstDayOfWeek: 0, weekendDays: [5, 6] }}>
      {children}
    </DatesProvider>
  );
}
