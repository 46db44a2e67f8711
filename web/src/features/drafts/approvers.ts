import type { ApproverChoice, PolicyRound } from '../../api/types/drafts';

/** The name of somebody who can be asked, unlike any other's. */
export function keyOf(choice: ApproverChoice): string {
  return choice.user_id ? `u:${choice.user_id}` : `c:${choice.contact_id}`;
}

/**
 * Whom a round asks unless somebody chooses otherwise. Where any one suffices:
 * everybody but the author. Where all must agree: the people outside the agency,
 * or else one colleague; asking more people would only delay.
 */
export function likely(rounds: PolicyRound[], author: string): string[][] {
  return rounds.map((round) => {
    const others = round.candidates.filter((c) => c.user_id !== author);
    const outside = others.filter((c) => c.contact_id);
    if (round.mode === 'all') return (outside.length > 0 ? outside : others.slice(0, 1)).map(keyOf);
    return (others.length > 0 ? others : round.candidates).map(keyOf);
  });
}
