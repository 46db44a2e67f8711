import { describe, expect, it } from 'vitest';
import { draw } from '../testing/draw';
import { TextDiff } from './TextDiff';

describe('the difference of two texts', () => {
  it('is by word in Hebrew, not by letter', () => {
    const { container } = draw(
      <TextDiff before="הפסקנו את שיווק האצווה" after="הפסקנו את שיווק שתי האצוות" />,
    );
    const said = (tag: string) =>
      [...container.querySelectorAll(tag)].map((e) => e.textContent?.trim()).join(' ');
    expect(said('del')).toBe('האצווה');
    expect(said('ins')).toBe('שתי האצוות');
  });

  it('says so when there is none', () => {
    const { container } = draw(<TextDiff before="שלום" after="שלום" />);
    expect(container.querySelector('ins, del')).toBeNull();
    expect(container).toHaveTextContent('אין הבדל');
  });
});
