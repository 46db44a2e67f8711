import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { useList } from '../../api/lists';
import type { MailBody, MailItem } from '../../api/types/ledger';
import { Bdi } from '../../parts/Bdi';
import { MoreButton } from '../../parts/MoreButton';
import { PageHead, Panel } from '../../parts/Panel';
import { Empty, NoteLine, Shown } from '../../parts/states';
import { When } from '../../parts/When';
import { Letter } from './Letter';

const route = getRouteApi('/mailbox');

/** The mails that were kept instead of sent, because no mail server is set. */
export function MailboxPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const list = useList<MailItem>(['mailbox'], '/mailbox');
  const chosen = search.mail ?? list.data?.[0]?.id;
  return (
    <div className="page">
      <PageHead title={t('mailbox.title')} />
      <NoteLine>{t('mailbox.help')}</NoteLine>
      <div className="sides mailbox">
        <div className="card">
          <Shown query={list} rows={4}>
            {(mails) =>
              mails.length === 0 ? (
                <Empty>{t('mailbox.empty')}</Empty>
              ) : (
                <ul className="plain-list divided">
                  {mails.map((mail) => (
                    <li key={mail.id} className={`mention ${mail.id === chosen ? 'at' : ''}`}>
                      <div className="grow stack" style={{ gap: 1 }}>
                        <Link
                          to="/mailbox"
                          search={{ mail: mail.id }}
                          className="row-link"
                          aria-current={mail.id === chosen ? 'true' : undefined}
                          data-testid="mail-row"
                        >
                          <bdi dir={mail.lang === 'en' ? 'ltr' : 'rtl'}>{mail.subject}</bdi>
                        </Link>
                        <span className="least muted">
                          <Bdi code>{mail.to}</Bdi> · <When at={mail.at} />
                        </span>
                      </div>
                    </li>
                  ))}
                </ul>
              )
            }
          </Shown>
          <MoreButton list={list} />
        </div>
        {chosen ? <Reading id={chosen} /> : null}
      </div>
    </div>
  );
}

function Reading({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['mailbox', id],
    queryFn: ({ signal }) => api.get<MailBody>(`/mailbox/${id}`, undefined, signal),
  });
  return (
    <Shown query={query} rows={4}>
      {(mail) => (
        <Panel title={<bdi dir={mail.lang === 'en' ? 'ltr' : 'rtl'}>{mail.subject}</bdi>}>
          <p className="least muted" style={{ marginBlockStart: 0 }}>
            <Bdi code>{mail.to}</Bdi> · <When at={mail.at} />
          </p>
          <Letter html={mail.html} text={mail.text} />
        </Panel>
      )}
    </Shown>
  );
}
