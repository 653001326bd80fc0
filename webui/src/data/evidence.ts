// The evidence of the stages that have a picture of their own. Others are shown as a tree.

import { readBuckets, readLatency, readPhases, readSeries, readValidity } from './parts';
import { readResources } from './resources';
import { flag, type Json, list, number, record, text } from './read';

export type ColdStart = ReturnType<typeof readColdStart>;
export type Correctness = ReturnType<typeof readCorrectness>;
export type Steady = ReturnType<typeof readSteady>;
export type CapacityEvidence = ReturnType<typeof readCapacityEvidence>;
export type OverloadEvidence = ReturnType<typeof readOverload>;
export type OverloadLevel = OverloadEvidence['levels'][number];
export type PayloadEvidence = ReturnType<typeof readPayload>;
export type PayloadCell = PayloadEvidence['cells'][number];
export type Probe = CapacityEvidence['probes'][number];

export function readColdStart(from: Json) {
  const median = record(from.median_ms);
  return {
    repeats: list(from.repeats).map(record).map((repeat) => ({
      listening: number(repeat.listening_ms),
      ready: number(repeat.ready_ms),
      firstRight: number(repeat.first_right_ms),
    })),
    median: {
      listening: number(median.listening),
      ready: number(median.ready),
      firstRight: number(median.first_right),
    },
    pageCache: text(from.page_cache),
  };
}

export function readCorrectness(from: Json) {
  return {
    source: text(from.source),
    deterministic: flag(from.deterministic),
    tolerance: from.tolerance,
    levels: list(from.levels).map(record).map((level) => ({
      concurrency: number(level.concurrency),
      requests: number(level.requests),
      wrong: number(level.wrong),
      failed: number(level.failed),
    })),
    examples: list(from.examples).map(record).map((example) => ({
      payload: text(example.payload_id),
      expected: example.expected,
      got: example.got,
    })),
  };
}

export function readSteady(from: Json) {
  return {
    rate: number(from.rate_rps),
    duration_s: number(from.duration_s),
    requests: number(from.requests),
    failures: number(from.failures),
    latency: readLatency(from.latency_ms),
    service: readLatency(from.service_ms),
    phases: readPhases(from.phases_ms),
    slo: list(from.slo).map(record).map((slo) => ({
      expr: text(slo.expr),
      // A number, or a text that has its unit already.
      value: typeof slo.value === 'string' ? slo.value : number(slo.value),
      holds: flag(slo.holds),
    })),
    resources: readResources(from.resources),
    series: readSeries(from.series),
    validity: readValidity(from.validity),
    targetCpu: number(from.target_cpu),
    targetRss: number(from.target_rss_bytes),
    histogram: readBuckets(from.histogram),
  };
}

export function readSoak(from: Json) {
  return {
    rate: number(from.rate_rps),
    duration_s: number(from.duration_s),
    requests: number(from.requests),
    ownRun: flag(from.own_run),
    drifts: list(from.drifts).map(record).map((drift) => ({
      name: text(drift.name),
      unit: text(drift.unit),
      before: number(drift.before),
      after: number(drift.after),
      perHour: number(drift.per_hour),
      pValue: number(drift.p_value),
      grows: flag(drift.grows),
    })),
    series: readSeries(from.series),
    resources: readResources(from.resources),
  };
}

// Where a request's time went at the limit: shares of one whole.
function readTime(from: Json) {
  return {
    rate: number(from.rate_rps),
    whole: number(from.whole_ms),
    overlap: from.overlap === true,
    parts: list(from.parts)
      .map(record)
      .map((part) => ({ phase: text(part.phase), ms: number(part.ms) ?? 0, share: number(part.share) })),
  };
}

export function readCapacityEvidence(from: Json) {
  const confirm = record(from.confirm);
  return {
    probes: list(from.probes).map(record).map((probe) => ({
      rate: number(probe.rate_rps),
      achieved: number(probe.achieved_rps),
      requests: number(probe.requests),
      p50: number(probe.p50_ms),
      p99: number(probe.p99_ms),
      failures: number(probe.failures),
      verdict: text(probe.verdict),
      phase: text(probe.phase),
      targetCpu: number(probe.target_cpu),
      generatorCpu: number(probe.generator_cpu),
    })),
    confirm: Object.keys(confirm).length === 0 ? null : {
      rate: number(confirm.rate_rps),
      n: number(confirm.n),
      nEffective: number(confirm.n_effective),
      over: number(confirm.over),
      allowed: number(confirm.allowed),
      confidence: number(confirm.confidence),
    },
    rpsPass: number(from.rps_pass),
    rpsFail: number(from.rps_fail),
    rpsEstimate: number(from.rps_estimate),
    bindingSlo: text(from.binding_slo),
    bottleneck: text(from.bottleneck),
    saturation: list(from.saturation).map(record).map((each) => text(each.sentence)),
    bottleneckConfidence: number(from.bottleneck_confidence),
    time: readTime(record(from.time)),
    limitMs: number(from.limit_ms),
  };
}

export function readOverload(from: Json) {
  return {
    grade: text(from.grade),
    capacity: number(from.capacity_rps),
    limit: number(from.limit_ms),
    patience: number(from.patience_ms),
    levels: list(from.levels).map(record).map((level) => ({
      offered: number(level.offered_rps),
      goodput: number(level.goodput_rps),
      requests: number(level.requests),
      refused: number(level.refused),
      late: number(level.late),
      timedOut: number(level.timed_out),
      broken: number(level.broken),
      wrong: number(level.wrong),
      admittedP99: number(level.admitted_p99_ms),
      refusedP99: number(level.refused_p99_ms),
    })),
    recovered_s: number(from.recovered_s),
    watched_s: number(from.watched_s),
    refusalsSeen: number(from.refusals_seen),
    withRetryAfter: number(from.with_retry_after),
    remarks: list(from.remarks).map(text),
  };
}

function readPayloadCell(cell: Json) {
  return {
    rows: number(cell.rows),
    users: number(cell.users),
    requests: number(cell.requests),
    failures: number(cell.failures),
    p50: number(cell.p50_ms),
    p99: number(cell.p99_ms),
    rowsPerS: number(cell.rows_per_s),
  };
}

export function readPayload(from: Json) {
  const law = record(from.law);
  return {
    limit: number(from.limit_ms),
    cells: list(from.cells).map(record).map(readPayloadCell),
    law: { a: number(law.a_ms), b: number(law.b_ms), worst: number(law.worst), mostRows: number(law.most_rows) },
    recommended: readPayloadCell(record(from.recommended)),
    limits: list(from.limits).map(record).map((limit) => ({ rows: number(limit.rows), why: text(limit.why) })),
    lengths: list(from.lengths).map(record).map((length) => ({
      factor: number(length.factor),
      requests: number(length.requests),
      p50: number(length.p50_ms),
    })),
  };
}
