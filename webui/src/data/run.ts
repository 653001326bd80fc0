import {
  readHost, readLatency, readPhases, readSeries, readTarget, readTool, readValidity,
} from './parts';
import { readResources } from './resources';
import { type Json, list, number, record, text } from './read';
import { duration } from '../format';
import type { Metric, Run, SlowRequest, Task } from './types';

// A histogram stands under its own name, or under "tasks" by task.
function histogramOf(histograms: Json, task: string | null): string | null {
  const from = task === null ? histograms : record(record(histograms.tasks)[task]);
  return text(from.latency_us) || null;
}

function readTask(from: Json, duration: number | null, histograms: Json): Task {
  const requests = number(from.requests);
  const name = text(from.name);
  return {
    name,
    method: text(from.method),
    transaction: from.transaction === true,
    requests,
    failures: number(from.failures),
    rps: number(from.rps) ?? (requests !== null && duration ? requests / duration : null),
    latency: readLatency(from.latency_ms),
    phases: readPhases(from.phases_ms),
    histogram: text(record(from.histograms).latency_us) || histogramOf(histograms, name),
  };
}

function readMetric(name: string, from: Json): Metric {
  return {
    name,
    kind: text(from.kind),
    unit: text(from.unit),
    count: number(from.count),
    sum: number(from.sum),
    perSecond: number(from.per_s),
    share: number(from.share),
    mean: number(from.mean),
    p50: number(from.p50),
    p95: number(from.p95),
    p99: number(from.p99),
    max: number(from.max),
  };
}

function readSlow(from: Json): SlowRequest {
  const phases = Object.entries(record(from.phases_ms))
    .map(([name, ms]) => ({ name: name.replace('_', ' '), ms: number(ms) ?? 0 }))
    .filter((phase) => phase.ms > 0)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 3);
  return {
    task: text(from.task),
    method: text(from.method),
    dueS: number(from.due_s),
    latency: number(from.latency_ms),
    phases: phases.map((phase) => `${phase.name} ${duration(phase.ms)}`).join(', '),
    status: number(from.status),
    outcome: text(from.outcome),
    detail: text(from.detail),
  };
}

export function readRun(from: Json): Run {
  const totals = record(from.totals);
  const load = record(from.load);
  const duration = number(from.duration_s);
  const histograms = record(from.histograms);
  const tasks = list(from.tasks).map((task) => readTask(record(task), duration, histograms));
  const phases = readPhases(from.phases_ms ?? totals.phases_ms);
  return {
    tool: readTool(from.tool),
    started: text(from.started),
    duration_s: duration,
    target: readTarget(from.target),
    host: readHost(from.host),
    load: {
      kind: text(load.kind),
      rate_rps: number(load.rate_rps),
      arrivals: text(load.arrivals),
      users: number(load.users),
      seed: text(load.seed),
      workers: number(load.workers),
      spawn_rate: number(load.spawn_rate),
      wait: text(load.wait),
    },
    validity: readValidity(from.validity),
    interrupted: from.interrupted === true,
    targetLost: from.target_lost === true,
    totals: {
      requests: number(totals.requests),
      failures: number(totals.failures),
      rps: number(totals.rps),
      bytesSent: number(totals.bytes_sent),
      bytesReceived: number(totals.bytes_received),
    },
    targetCpu: number(from.target_cpu),
    latency: readLatency(from.latency_ms),
    service: readLatency(from.service_ms),
    phases: phases.length > 0 || tasks.length !== 1 ? phases : (tasks[0]?.phases ?? []),
    tasks,
    failures: list(from.failures).map(record).map((failure) => ({
      task: text(failure.task),
      method: text(failure.method),
      kind: text(failure.kind),
      detail: text(failure.detail),
      count: number(failure.count),
    })),
    resources: readResources(from.resources),
    series: readSeries(from.series),
    steps: list(from.steps).map(record).map((step) => ({
      name: text(step.name),
      from_s: number(step.from_s) ?? 0,
      to_s: number(step.to_s) ?? 0,
      requests: number(step.requests),
      failures: number(step.failures),
      rps: number(step.rps),
      latency: readLatency(step.latency_ms),
    })),
    metrics: Object.entries(record(from.metrics)).map(([name, metric]) => readMetric(name, record(metric))),
    thresholds: list(from.thresholds).map(record).map((threshold) => ({
      expression: text(threshold.expression),
      measured: text(threshold.measured),
      passed: threshold.passed === true,
    })),
    exceptions: list(from.exceptions).map(record).map((exception) => ({
      where: text(exception.where),
      message: text(exception.message),
      count: number(exception.count),
    })),
    slowest: list(from.slowest).map(record).map(readSlow),
    histogram: histogramOf(histograms, null),
  };
}
