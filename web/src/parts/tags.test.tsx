import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { draw } from '../testing/draw';
import { SentimentTag, SeverityTag } from './tags';

describe('marks are never colour alone', () => {
  it.each([1, 2, 3, 4] as const)('severity %d has a shape, its number and a word', (severity) => {
    const { container } = draw(<SeverityTag severity={severity} />);
    expect(container.querySelector('svg')).toBeInTheDocument();
    expect(container.textContent).toMatch(new RegExp(`${severity}.*[\\u0590-\\u05ff]`));
  });

  it('severities differ in shape', () => {
    const shapes = ([1, 2, 3, 4] as const).map((s) => {
      const { container, unmount } = draw(<SeverityTag severity={s} />);
      const shape = container.querySelector('svg')?.innerHTML;
      unmount();
      return shape;
    });
    expect(new Set(shapes).size).toBe(4);
  });

  it('a sentiment says when a person set it', () => {
    draw(<SentimentTag label="negative" by="person" />);
    expect(screen.getByText(/שלילי · תוקן ידנית/)).toBeInTheDocument();
  });
});
