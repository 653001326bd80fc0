// From counts in buckets to what charts draw.

import type { Bucket, Latency } from './types';

export interface CurvePoint {
  quantile: number; // 0 to 1, below 1.
  ms: number;
}

export interface Bin {
  fromMs: number;
  toMs: number;
  count: number;
}

export function total(buckets: Bucket[]): number {
  return buckets.reduce((sum, bucket) => sum + bucket.count, 0);
}

// Nearest rank, as the C++ Histogram does it.
export function quantile(buckets: Bucket[], share: number): number | null {
  const rank = Math.max(1, Math.ceil(share * total(buckets)));
  let seen = 0;
  for (const bucket of buckets) {
    seen += bucket.count;
    if (seen >= rank) return bucket.upperMs;
  }
  return null;
}

// One point a bucket: the share of values that are at most its end. The last one would be 1, which a
// logarithmic axis cannot show: it is drawn half a value before.
export function curve(buckets: Bucket[]): CurvePoint[] {
  const all = total(buckets);
  const points: CurvePoint[] = [];
  let seen = 0;
  for (const bucket of buckets) {
    seen += bucket.count;
    points.push({ quantile: Math.min(seen, all - 0.5) / all, ms: bucket.upperMs });
  }
  return points;
}

// When a file has no histogram, its percentiles still give a curve.
export function coarseCurve(latency: Latency): CurvePoint[] {
  const known: [number, number | null][] = [
    [0.5, latency.p50], [0.9, latency.p90], [0.95, latency.p95], [0.99, latency.p99], [0.999, latency.p999],
  ];
  return known.flatMap(([share, ms]) => (ms === null ? [] : [{ quantile: share, ms }]));
}

// A bucket's values lie somewhere between the one before and its end, within what files round to: a
// microsecond or 2 %.
function startOf(bucket: Bucket, before: Bucket | undefined): number {
  const narrow = Math.min(bucket.upperMs * 0.98, bucket.upperMs - 0.001);
  return Math.max(before?.upperMs ?? 0, narrow, bucket.upperMs * 0.5);
}

// Bins of equal width on a logarithmic axis, from the 0.01 % quantile to the largest value. Buckets
// are shared out over the bins that they touch: given whole to one, two or three would fall into
// each by turns, and the picture would have teeth that the data has not. Counts are thus not whole.
export function logBins(buckets: Bucket[], wanted = 48): Bin[] {
  const low = quantile(buckets, 0.0001);
  const high = buckets.at(-1)?.upperMs;
  if (low === null || high === undefined || low <= 0) return [];
  const from = Math.log10(low) - 0.02;
  const step = Math.max(0.02, (Math.log10(high) - from) / wanted);
  const bins = Array.from({ length: Math.max(1, Math.ceil((Math.log10(high) - from) / step)) }, (_, at): Bin => ({
    fromMs: 10 ** (from + at * step),
    toMs: 10 ** (from + (at + 1) * step),
    count: 0,
  }));
  const place = (ms: number) => Math.min(bins.length, Math.max(0, (Math.log10(ms) - from) / step));
  buckets.forEach((bucket, i) => {
    const start = place(startOf(bucket, buckets[i - 1]));
    const end = Math.max(place(bucket.upperMs), start);
    for (let at = Math.floor(Math.min(start, bins.length - 1)); at < Math.max(end, Math.floor(start) + 1); ++at) {
      const bin = bins[Math.min(at, bins.length - 1)];
      const share = end > start ? (Math.min(end, at + 1) - Math.max(start, at)) / (end - start) : 1;
      if (bin) bin.count += bucket.count * share;
    }
  });
  return bins;
}
