import { describe, expect, it } from 'vitest';

import { median, readComparison, worse } from './compare';

describe('a comparison', () => {
  it('takes what it does not understand as undecided', () => {
    const read = readComparison({ verdict: 'splendid', metrics: [null, { name: 7, low: 'x' }] });
    expect(read.verdict).toBe('inconclusive');
    expect(read.metrics.map((metric) => metric.verdict)).toEqual(['inconclusive', 'inconclusive']);
    expect(read.metrics[1]?.low).toBeNull();
  });

  it('measures change in units of what counts, worse to the right', () => {
    const metric = readComparison({ metrics: [{ threshold: 0.05, better: 'lower' }] }).metrics[0]!;
    expect(worse(metric, 1)).toBe(0);
    expect(worse(metric, 1.05)).toBeCloseTo(1);
    expect(worse({ ...metric, lowerIsBetter: false }, 1 / 1.05)).toBeCloseTo(1);
    expect(worse(metric, 0)).toBeNull();
    expect(worse(metric, null)).toBeNull();
  });

  it('has medians of any number of runs', () => {
    expect(median([])).toBeNull();
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1])).toBe(2.5);
  });
});
