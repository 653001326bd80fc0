// The parts that run/1 and prove/1 share.

import { list, number, record, text, texts } from './read';
import type { Bucket, Host, Latency, Phase, SeriesPoint, Target, Tool, Validity } from './types';

export const kPhases = [
  'send_lag', 'connect', 'send', 'parse', 'pre', 'queue', 'batch', 'infer', 'post', 'write', 'network',
  'receive',
];

export function readLatency(value: unknown): Latency {
  const from = record(value);
  return {
    count: number(from.count),
    min: number(from.min),
    mean: number(from.mean),
    p50: number(from.p50),
    p90: number(from.p90),
    p95: number(from.p95),
    p99: number(from.p99),
    p999: number(from.p999),
    max: number(from.max),
  };
}

// In the order in which they happen; names of a later version come last.
export function readPhases(value: unknown): Phase[] {
  const from = record(value);
  const known = kPhases.filter((name) => name in from);
  const unknown = Object.keys(from).filter((name) => !kPhases.includes(name));
  return [...known, ...unknown].map((name) => {
    const phase = record(from[name]);
    return {
      name,
      count: number(phase.count),
      mean: number(phase.mean),
      p50: number(phase.p50),
      p99: number(phase.p99),
    };
  });
}

export function readSeries(value: unknown): SeriesPoint[] {
  return list(value)
    .map(record)
    .filter((point) => number(point.t_s) !== null)
    .map((point) => ({
      t_s: number(point.t_s) ?? 0,
      rps: number(point.rps),
      failures: number(point.failures),
      users: number(point.users),
      p50_ms: number(point.p50_ms),
      p95_ms: number(point.p95_ms),
      p99_ms: number(point.p99_ms),
      in_flight: number(point.in_flight),
      cpu: number(point.cpu),
      rss_bytes: number(point.rss_bytes),
      target_cpu: number(point.target_cpu),
      target_rss_bytes: number(point.target_rss_bytes),
    }));
}

export function readValidity(value: unknown): Validity | null {
  const from = record(value);
  const verdict = text(from.verdict);
  if (verdict === '') return null;
  const lag = record(from.send_lag_us);
  return {
    verdict,
    reasons: texts(from.reasons),
    checks: list(from.checks).map(record).map((check) => ({
      name: text(check.name),
      value: number(check.value),
      limit: number(check.limit),
      holds: check.holds !== false,
      unit: text(check.unit),
    })),
    sendLagUs: { p50: number(lag.p50), p99: number(lag.p99), max: number(lag.max) },
    generatorCpu: number(from.generator_cpu),
  };
}

export function readBuckets(value: unknown): Bucket[] {
  const buckets: Bucket[] = [];
  for (const entry of list(value)) {
    const [upper, times] = list(entry);
    const upperMs = number(upper);
    const count = number(times);
    if (upperMs !== null && count !== null && count > 0) buckets.push({ upperMs, count });
  }
  return buckets.sort((a, b) => a.upperMs - b.upperMs);
}

export function readTarget(value: unknown): Target {
  if (typeof value === 'string') return { url: value, protocol: '', model: '' };
  const from = record(value);
  return { url: text(from.url), protocol: text(from.protocol), model: text(from.model) };
}

export function readHost(value: unknown): Host {
  const from = record(value);
  return {
    cpu: text(from.cpu),
    cores: number(from.cores),
    kernel: text(from.kernel),
    fingerprint: text(from.fingerprint),
  };
}

export function readTool(value: unknown): Tool {
  if (typeof value === 'string') return { version: value, git: '' };
  const from = record(value);
  return { version: text(from.version), git: text(from.git) };
}
