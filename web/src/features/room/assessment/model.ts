import type { Assessment, ImpactScore } from '../../../api/types/crises';

export const IMPACTS = ['trust', 'brand', 'revenue'] as const;
export type ImpactArea = (typeof IMPACTS)[number];

export const CRISIS_TYPES = [
  'natural_disaster',
  'rumor',
  'workplace_violence',
  'product_tampering',
  'challenge',
  'technical_failure',
  'technical_product_harm',
  'human_error',
  'human_error_product_harm',
  'organizational_misdeed',
] as const;

export const STRATEGIES = ['instruct', 'adjust', 'inform', 'deny', 'diminish', 'rebuild', 'bolster'] as const;

export const CONCERNS = [
  'service',
  'product',
  'price',
  'staff',
  'safety',
  'ethics',
  'privacy',
  'communication',
  'other',
] as const;

const NO_IMPACT: ImpactScore = { score: null, confidence: '', evidence: '' };

/** A whole form from what the server has; lists that are absent become empty. */
export function whole(a: Partial<Assessment> | null | undefined): Assessment {
  return {
    revision: a?.revision ?? 0,
    platforms: a?.platforms ?? [],
    sentiment: a?.sentiment ?? { negative_share: 0, note: '' },
    concerns: a?.concerns ?? [],
    impact: {
      trust: { ...NO_IMPACT, ...a?.impact?.trust },
      brand: { ...NO_IMPACT, ...a?.impact?.brand },
      revenue: { ...NO_IMPACT, ...a?.impact?.revenue },
    },
    facts: a?.facts ?? [],
    stakeholders: a?.stakeholders ?? [],
    crisis_type: a?.crisis_type ?? '',
    prior_crisis: a?.prior_crisis ?? false,
    poor_reputation: a?.poor_reputation ?? false,
    without_merit: a?.without_merit ?? false,
    strategy: a?.strategy ?? [],
    strategy_reason: a?.strategy_reason ?? '',
  };
}

/** The form as it is sent: ranks follow the order of the list, figures that the server counts stay out. */
export function toSend(form: Assessment): Record<string, unknown> {
  const impact = (i: ImpactScore) => ({
    ...(i.score === null ? {} : { score: i.score }),
    confidence: i.confidence,
    evidence: i.evidence,
  });
  return {
    platforms: form.platforms.map((p, index) => ({
      platform: p.platform,
      rank: index + 1,
      note: p.note,
      affected: p.affected !== false,
    })),
    sentiment: { negative_share: form.sentiment.negative_share, note: form.sentiment.note },
    concerns: form.concerns,
    impact: {
      trust: impact(form.impact.trust),
      brand: impact(form.impact.brand),
      revenue: impact(form.impact.revenue),
    },
    facts: form.facts.filter((f) => f.text.trim() !== ''),
    stakeholders: form.stakeholders,
    crisis_type: form.crisis_type,
    prior_crisis: form.prior_crisis,
    poor_reputation: form.poor_reputation,
    without_merit: form.without_merit ?? false,
    strategy: form.strategy,
    strategy_reason: form.strategy_reason,
    ...(form.severity_confirmed ? { severity_confirmed: form.severity_confirmed } : {}),
  };
}

/** Takes from the suggestion only what the person has not filled in. */
export function fillEmpty(form: Assessment, suggestion: Partial<Assessment>): Assessment {
  const s = whole(suggestion);
  return {
    ...form,
    platforms: form.platforms.length > 0 ? form.platforms : s.platforms,
    sentiment: {
      ...s.sentiment,
      note: form.sentiment.note || s.sentiment.note,
    },
    concerns: form.concerns.length > 0 ? form.concerns : s.concerns,
    stakeholders: form.stakeholders.length > 0 ? form.stakeholders : s.stakeholders,
    crisis_type: form.crisis_type || s.crisis_type,
    prior_crisis: form.prior_crisis || s.prior_crisis,
    poor_reputation: form.poor_reputation || s.poor_reputation,
  };
}
