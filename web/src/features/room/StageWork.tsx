import type { Stage } from '../../api/types/basics';
import type { CrisisDetail } from '../../api/types/crises';
import { AssessmentPanel } from './assessment/AssessmentPanel';
import { DetectWork } from './DetectWork';
import { HandoffsPanel } from './HandoffsPanel';
import { LessonsPanel } from './LessonsPanel';
import { PlanPanel } from './PlanPanel';
import { ReportPanel } from './ReportPanel';
import { ReviewsPanel } from './ReviewsPanel';
import { StepsPanel } from './StepsPanel';

interface Props {
  crisis: CrisisDetail;
  id: string;
}

/** What each stage produces besides its tasks. */
export function StageWork({ stage, ...room }: Props & { stage: Stage }) {
  switch (stage) {
    case 'detect':
      return <DetectWork {...room} />;
    case 'assess':
      return <AssessmentPanel {...room} />;
    case 'respond':
      return (
        <>
          <StepsPanel {...room} />
          <HandoffsPanel {...room} />
        </>
      );
    case 'refocus':
      return <PlanPanel {...room} />;
    case 'sustain':
      return (
        <>
          <ReviewsPanel {...room} />
          <LessonsPanel {...room} />
          <ReportPanel {...room} />
        </>
      );
  }
}
