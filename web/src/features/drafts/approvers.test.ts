import { describe, expect, it } from 'vitest';
import type { PolicyRound } from '../../api/types/drafts';
import { likely } from './approvers';

const user = (id: string) => ({ user_id: id, name: id });
const contact = (id: string) => ({ contact_id: id, name: id });
const round = (mode: PolicyRound['mode'], candidates: PolicyRound['candidates']): PolicyRound => ({
  party: 'legal',
  mode,
  candidates,
});

describe('whom a round asks', () => {
  it.each([
    ['anybody but the author where one suffices', round('any', [user('me'), user('dana')]), ['u:dana']],
    ['the author when there is nobody else', round('any', [user('me')]), ['u:me']],
    ['only people outside where all must agree', round('all', [user('dana'), contact('law')]), ['c:law']],
    [
      'one colleague where all must agree and nobody is outside',
      round('all', [user('me'), user('a'), user('b')]),
      ['u:a'],
    ],
  ])('is %s', (_, given, asked) => {
    expect(likely([given], 'me')).toEqual([asked]);
  });
});
