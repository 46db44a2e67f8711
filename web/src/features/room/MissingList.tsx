import { IconCircleDashed } from '@tabler/icons-react';
import type { Reason } from '../../api/types/basics';
import { useReasonWords } from '../../parts/useReasonWords';

/** What a gate still waits for, one line each. */
export function MissingList({ missing }: { missing: Reason[] }) {
  const say = useReasonWords();
  return (
    <ul className="plain-list stack tight" data-testid="gate-missing">
      {missing.map((reason) => (
        <li
          key={reason.code + JSON.stringify(reason.params ?? {})}
          className="row top"
          style={{ flexWrap: 'nowrap' }}
        >
          <IconCircleDashed size={16} aria-hidden style={{ flex: 'none', marginBlockStart: 3 }} />
          <span>{say(reason)}</span>
        </li>
      ))}
    </ul>
  );
}
