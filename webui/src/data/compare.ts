import { readHost, readTarget, readTool } from './parts';
import { type Json, list, number, record, text, texts } from './read';
import type { Host, Target, Tool } from './types';

export type Change = 'pass' | 'regression' | 'inconclusive';

export interface ComparedMetric {
  name: string;
  unit: string;
  lowerIsBetter: boolean;
  threshold: number; // As a share, of this metric.
  verdict: Change;
  improved: boolean;
  ratio: number | null; // B over A.
  low: number | null;
  high: number | null;
  moreRuns: number | null;
  a: number[];
  b: number[];
}

export interface Comparison {
  verdict: Change;
  reasons: string[];
  notes: string[];
  method: string;
  threshold: number | null;
  alpha: number | null;
  a: { label: string; what: string; target: Target };
  b: { label: string; what: string; target: Target };
  load: string;
  run_s: number | null;
  pairs: number | null;
  discarded: number | null;
  looks: { pairs: number | null; alpha: number | null }[];
  metrics: ComparedMetric[];
  interrupted: boolean;
  tool: Tool;
  host: Host;
  started: string;
  duration_s: number | null;
  seed: string;
}

// What is not understood was not decided.
function readChange(value: unknown): Change {
  const verdict = text(value);
  return verdict === 'pass' || verdict === 'regression' ? verdict : 'inconclusive';
}

const numbers = (value: unknown) => list(value).map(number).filter((each): each is number => each !== null);

function readMetric(value: unknown): ComparedMetric {
  const from = record(value);
  return {
    name: text(from.name) || 'unnamed',
    unit: text(from.unit),
    lowerIsBetter: text(from.better) !== 'higher',
    threshold: number(from.threshold) ?? 0.05,
    verdict: readChange(from.verdict),
    improved: from.improved === true,
    ratio: number(from.ratio),
    low: number(from.low),
    high: number(from.high),
    moreRuns: number(from.more_runs),
    a: numbers(from.a),
    b: numbers(from.b),
  };
}

function readSide(value: unknown, label: string) {
  const from = record(value);
  return { label: text(from.label) || label, what: text(from.what), target: readTarget(from.target) };
}

function loadWords(value: unknown): string {
  const from = record(value);
  const rate = number(from.rate_rps);
  if (rate !== null) return `${rate} req/s, ${text(from.arrivals)} arrivals (open)`;
  const users = number(from.users);
  return users === null ? '' : `${users} ${users === 1 ? 'user' : 'users'} (closed)`;
}

export function readComparison(from: Json): Comparison {
  return {
    verdict: readChange(from.verdict),
    reasons: texts(from.reasons),
    notes: texts(from.notes),
    method: text(from.method),
    threshold: number(from.threshold),
    alpha: number(from.alpha),
    a: readSide(from.a, 'A'),
    b: readSide(from.b, 'B'),
    load: loadWords(from.load),
    run_s: number(record(from.load).run_s),
    pairs: number(from.pairs),
    discarded: number(from.discarded_pairs),
    looks: list(from.looks).map(record).map((look) => ({ pairs: number(look.pairs), alpha: number(look.alpha) })),
    metrics: list(from.metrics).map(readMetric),
    interrupted: from.interrupted === true,
    tool: readTool(from.tool),
    host: readHost(from.host),
    started: text(from.started),
    duration_s: number(from.duration_s),
    seed: text(from.seed),
  };
}

// Of the runs of a side.
export function median(values: number[]): number | null {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? null) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

// How much worse, in units of what counts: 0 is no change, 0.5 the line of blame, 1 the threshold.
export function worse(metric: ComparedMetric, ratio: number | null): number | null {
  if (ratio === null || ratio <= 0 || metric.threshold <= 0) return null;
  return ((metric.lowerIsBetter ? 1 : -1) * Math.log(ratio)) / Math.log1p(metric.threshold);
}
