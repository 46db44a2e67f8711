import { Button, Checkbox, Modal } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useList } from '../../../api/lists';
import type { Mention } from '../../../api/types/mentions';
import { MoreButton } from '../../../parts/MoreButton';
import { ScrollRegion } from '../../../parts/ScrollRegion';
import { Empty, Shown } from '../../../parts/states';

/** Chooses the mentions that show a concern, the furthest-reaching negative ones first. */
export function ExamplesDialog({
  crisisId,
  chosen,
  onClose,
  onSave,
}: {
  crisisId: string;
  chosen: string[];
  onClose: () => void;
  onSave: (ids: string[]) => void;
}) {
  const { t } = useTranslation();
  const [ids, setIds] = useState(chosen);
  const list = useList<Mention>(['mentions', 'examples'], '/mentions', {
    crisis: crisisId,
    sentiment: 'negative',
    order: 'reach',
  });
  const toggle = (id: string) => setIds(ids.includes(id) ? ids.filter((i) => i !== id) : [...ids, id]);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('assessment.examples_title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('parts.close') }}
    >
      <div className="stack">
        <ScrollRegion
          label={t('assessment.examples_title')}
          style={{ maxHeight: '55dvh', overflowY: 'auto' }}
        >
          <Shown query={list} rows={4}>
            {(mentions) =>
              mentions.length === 0 ? (
                <Empty>{t('mentions.empty')}</Empty>
              ) : (
                <ul className="plain-list divided">
                  {mentions.map((m) => (
                    <li key={m.id} style={{ padding: '8px 2px' }}>
                      <Checkbox
                        checked={ids.includes(m.id)}
                        onChange={() => toggle(m.id)}
                        label={
                          <>
                            <strong>
                              <bdi>{m.author?.name || m.author?.handle}</bdi>
                            </strong>{' '}
                            <bdi>{m.text}</bdi>
                          </>
                        }
                        data-testid="example-choice"
                      />
                    </li>
                  ))}
                </ul>
              )
            }
          </Shown>
          <MoreButton list={list} />
        </ScrollRegion>
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('parts.cancel')}
          </Button>
          <Button onClick={() => onSave(ids)} data-testid="examples-save">
            {t('assessment.examples', { count: ids.length })}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
