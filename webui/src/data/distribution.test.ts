import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { curve, logBins, quantile, total } from './distribution';
import { decodeHistogram } from './hdr';
import { load } from './load';

const kBuckets = [
  { upperMs: 1, count: 90 },
  { upperMs: 2, count: 9 },
  { upperMs: 30, count: 1 },
];

test('quantiles are by nearest rank', () => {
  expect([0, 0.5, 0.9, 0.91, 0.99, 0.991, 1].map((share) => quantile(kBuckets, share))).toEqual([1, 1, 1, 2, 2, 30, 30]);
  expect(quantile([], 0.5)).toBeNull();
});

test('a curve ends before 100 %, which its axis cannot show', () => {
  expect(curve(kBuckets).map((point) => point.quantile)).toEqual([0.9, 0.99, 0.995]);
});

test('bins lose no value and lie side by side', () => {
  const bins = logBins(kBuckets);
  expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBeCloseTo(100, 9);
  expect(bins.every((bin) => bin.count >= 0)).toBe(true);
  for (let i = 1; i < bins.length; ++i) expect(bins[i]?.fromMs).toBeCloseTo(bins[i - 1]?.toMs ?? 0, 9);
  expect(logBins([])).toEqual([]);
});

describe('HdrHistogram V2', () => {
  test('gives back the counts and percentiles that the run states', async () => {
    const loaded = load(readFileSync(new URL('../../test/fixtures/load.json', import.meta.url), 'utf8'));
    if (loaded.kind !== 'run') throw new Error(loaded.kind);
    const buckets = await decodeHistogram(loaded.run.histogram ?? '', 0.001);
    expect(total(buckets)).toBe(loaded.run.latency.count);
    for (const [share, ms] of [[0.5, loaded.run.latency.p50], [0.99, loaded.run.latency.p99], [0.999, loaded.run.latency.p999]] as const) {
      expect(quantile(buckets, share)).toBeCloseTo(ms ?? 0, 3);
    }
  });

  test('reads what the Python library of the format wrote', async () => {
    const written = 'HISTFAAAADh4nJNpmSzMwMAgwQABzFCaEURcm7yEwf4DVIDtJz8L029+Lr6DwjdYTnsFzDRn2r6VkQkAHBQMLA==';
    const buckets = await decodeHistogram(written, 1);
    expect(buckets.map((bucket) => [bucket.upperMs, bucket.count])).toEqual([
      [1, 3], [1023, 2], [1024, 1], [2047, 5], [2049, 7], [5003, 300], [123519, 40], [1400831, 1], [3600809983, 1],
    ]);
  });

  test.each(['', 'AAAA', btoa('not a histogram at all')])('refuses %j', async (text) => {
    await expect(decodeHistogram(text, 1)).rejects.toThrow();
  });
});
