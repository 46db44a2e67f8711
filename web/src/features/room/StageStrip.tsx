import {
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleDotFilled,
  IconCircleHalf2,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Stage } from '../../api/types/basics';
import type { CrisisDetail, CrisisStage } from '../../api/types/crises';
import { Bdi } from '../../parts/Bdi';
import { duration } from '../../time/format';

const ICONS = {
  done: IconCircleCheckFilled,
  active: IconCircleDotFilled,
  parallel: IconCircleHalf2,
  todo: IconCircleDashed,
};

/** The five stages; pressing one shows its tasks and panels below. */
export function StageStrip({
  crisis,
  shown,
  onChoose,
}: {
  crisis: CrisisDetail;
  shown: Stage;
  onChoose: (stage: Stage) => void;
}) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('room.stages')}>
      <ol className="stages">
        {crisis.stages.map((stage, index) => (
          <li key={stage.stage}>
            <StageCard
              stage={stage}
              number={index + 1}
              shown={stage.stage === shown}
              onChoose={() => onChoose(stage.stage)}
            />
          </li>
        ))}
      </ol>
    </nav>
  );
}

function StageCard({
  stage,
  number,
  shown,
  onChoose,
}: {
  stage: CrisisStage;
  number: number;
  shown: boolean;
  onChoose: () => void;
}) {
  const { t } = useTranslation();
  const Icon = ICONS[stage.state] ?? IconCircleDashed;
  return (
    <button
      type="button"
      className={`stage-card ${stage.state}`}
      aria-pressed={shown}
      onClick={onChoose}
      data-testid={`stage-${stage.stage}`}
      data-stage-state={stage.state}
    >
      <span className="name">
        <Icon
          size={16}
          aria-hidden
          className={stage.state === 'done' ? 'done' : ''}
          style={{ flex: 'none' }}
        />
        <span className="wide-only">
          {number}. {t(`labels.stages.${stage.stage}`)}
        </span>
        <span className="hidden-wide">{t(`labels.stages_short.${stage.stage}`)}</span>
      </span>
      <span className="least wide-only">
        {t(`room.stage_state.${stage.state}`)}
        {stage.elapsed_seconds ? (
          <>
            {' '}
            · <Bdi>{duration(stage.elapsed_seconds, t('time.day_letter'))}</Bdi>
          </>
        ) : null}
        {stage.overridden ? ` · ${t('room.overridden')}` : ''}
      </span>
    </button>
  );
}
