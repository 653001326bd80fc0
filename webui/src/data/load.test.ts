import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { readCapacityEvidence, readCorrectness, readSteady } from './evidence';
import { load } from './load';

const fixture = (name: string) =>
  readFileSync(new URL(`../../test/fixtures/${name}.json`, import.meta.url), 'utf8');

describe('a file that is no result says so in a sentence', () => {
  test.each([
    ['', 'This file is empty.'],
    ['{"schema": "mettle', 'This file is not JSON.'],
    ['[1, 2]', 'no "schema"'],
    ['"text"', 'no "schema"'],
    ['{"schema": "mettle.run/2"}', 'newer than this page'],
    ['{"schema": "other/1"}', 'does not know the schema "other/1"'],
  ])('%s', (source, message) => {
    const loaded = load(source);
    expect(loaded.kind).toBe('error');
    if (loaded.kind === 'error') expect(loaded.message).toContain(message);
  });
});

test('the page as it was built has no result', () => {
  expect(load('null').kind).toBe('empty');
});

test('a result with nothing but its schema is shown, not refused', () => {
  const prove = load('{"schema": "mettle.prove/1"}');
  expect(prove).toMatchObject({ kind: 'prove', prove: { verdict: 'INVALID', stages: [], capacity: null } });
  expect(load('{"schema": "mettle.run/1"}')).toMatchObject({ kind: 'run', run: { validity: null, tasks: [] } });
});

test('fields of another type count as missing', () => {
  const odd = JSON.stringify({
    schema: 'mettle.prove/1', verdict: 7, reasons: 'none', stages: [null, 3, { name: 'steady', verdict: 'maybe', evidence: [] }],
    capacity: 'much', target: 'http://127.0.0.1',
  });
  const loaded = load(odd);
  if (loaded.kind !== 'prove') throw new Error(loaded.kind);
  expect(loaded.prove.reasons).toEqual([]);
  expect(loaded.prove.stages.map((stage) => stage.verdict)).toEqual(['invalid', 'invalid', 'invalid']);
  expect(loaded.prove.target.url).toBe('http://127.0.0.1');
  expect(readSteady(loaded.prove.stages[2]?.evidence ?? {}).latency.p99).toBeNull();
});

test('a readiness run is read with its evidence', () => {
  const loaded = load(fixture('ready'));
  if (loaded.kind !== 'prove') throw new Error(loaded.kind);
  const { prove } = loaded;
  expect(prove.verdict).toBe('READY');
  expect(prove.capacity).toMatchObject({ rpsPass: 20500, rpsFail: 21668, confidence: 0.99 });
  const evidence = Object.fromEntries(prove.stages.map((stage) => [stage.name, stage.evidence]));
  expect(readCorrectness(evidence.correctness ?? {}).levels).toHaveLength(4);
  expect(readCapacityEvidence(evidence.capacity ?? {}).confirm).toMatchObject({ over: 12, allowed: 23 });
  const steady = readSteady(evidence.steady ?? {});
  expect(steady.phases.map((phase) => phase.name).slice(0, 3)).toEqual(['send_lag', 'connect', 'send']);
  expect(steady.validity?.checks).toHaveLength(8);
});

test('an infinite quantile is null, not zero', () => {
  const loaded = load(fixture('not-ready'));
  if (loaded.kind !== 'prove') throw new Error(loaded.kind);
  const capacity = loaded.prove.stages.find((stage) => stage.name === 'capacity');
  expect(readCapacityEvidence(capacity?.evidence ?? {}).probes[3]).toMatchObject({ rate: 2000, p99: null });
});

test('a load run is read with its tasks and its histogram', () => {
  const loaded = load(fixture('load'));
  if (loaded.kind !== 'run') throw new Error(loaded.kind);
  expect(loaded.run.tasks.map((task) => task.name)).toEqual(['digits', 'wine', '/health/live']);
  expect(loaded.run.tasks[0]?.rps).toBeCloseTo(2000, 0);
  expect(loaded.run.histogram).not.toBeNull();
});

test('what a scenario measures, what was asked of the run, and the slowest requests', () => {
  const loaded = load(JSON.stringify({
    schema: 'mettle.run/1',
    tasks: [{ name: 'order', method: 'GROUP', transaction: true }],
    metrics: { orders: { kind: 'counter', unit: '', count: 3, sum: 3, per_s: 1.5 } },
    thresholds: [{ expression: 'p99>50ms', measured: 'p99 of 12 ms', passed: true }],
    exceptions: [{ where: 'Shopper', message: 'no id', count: 2 }],
    slowest: [{ task: '/x', method: 'GET', latency_ms: 12, phases_ms: { send_lag: 2, network: 10, infer: 0 }, status: 200 }],
  }));
  expect(loaded).toMatchObject({
    kind: 'run',
    run: {
      tasks: [{ transaction: true }],
      metrics: [{ name: 'orders', sum: 3, perSecond: 1.5, p99: null }],
      thresholds: [{ expression: 'p99>50ms', passed: true }],
      exceptions: [{ message: 'no id', count: 2 }],
      slowest: [{ phases: 'network 10\u00a0ms, send lag 2\u00a0ms', status: 200 }],
    },
  });
});
