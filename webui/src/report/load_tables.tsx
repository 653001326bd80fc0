// The tables that Locust's users know, in its order of columns.

import { type Column, DataTable } from '../components/DataTable';
import { Icon } from '../components/Icon';
import type { Latency, Run, Task } from '../data/types';
import { count, milliseconds, percent, plain, plural, significant } from '../format';

type Row = Pick<Task, 'name' | 'method' | 'requests' | 'failures' | 'rps' | 'latency'>;

function aggregated(run: Run): Row {
  return {
    name: 'Aggregated',
    method: '',
    requests: run.totals.requests,
    failures: run.totals.failures,
    rps: run.totals.rps,
    latency: run.latency,
  };
}

const kWho: Column<Row>[] = [
  { name: 'Name', text: true, cell: (row) => <span className="name">{row.name}</span> },
  { name: 'Method', text: true, cell: (row) => row.method },
];

const ms = (name: string, key: keyof Latency): Column<Row> => ({
  name,
  unit: 'ms',
  cell: (row) => milliseconds(row.latency[key]),
});

export function TotalsTable({ run }: { run: Run }) {
  const perSecond = (value: number | null) =>
    value === null || !run.duration_s ? '–' : significant(value / run.duration_s);
  return (
    <DataTable
      caption="Statistics by task; latency from the due time, of answered requests"
      rows={run.tasks as Row[]}
      foot={aggregated(run)}
      columns={[
        ...kWho,
        { name: 'Requests', unit: 'count', cell: (row) => count(row.requests) },
        { name: 'Fails', unit: 'count', cell: (row) => count(row.failures) },
        { name: 'Failed', unit: 'share', cell: (row) => percent(row.requests ? (row.failures ?? 0) / row.requests : null) },
        ms('Median', 'p50'),
        ms('Average', 'mean'),
        ms('Min', 'min'),
        ms('Max', 'max'),
        { name: 'Rate', unit: 'req/s', cell: (row) => significant(row.rps) },
        { name: 'Failures', unit: '/s', cell: (row) => perSecond(row.failures) },
      ]}
    />
  );
}

export function PercentileTable({ run }: { run: Run }) {
  return (
    <DataTable
      caption="Response time percentiles"
      rows={run.tasks as Row[]}
      foot={aggregated(run)}
      columns={[
        ...kWho,
        ms('50 %', 'p50'),
        ms('90 %', 'p90'),
        ms('95 %', 'p95'),
        ms('99 %', 'p99'),
        ms('99.9 %', 'p999'),
        ms('100 %', 'max'),
        { name: 'Answered', unit: 'count', cell: (row) => count(row.latency.count) },
      ]}
    />
  );
}

export function StepTable({ run }: { run: Run }) {
  if (run.steps.length < 2) return null;
  return (
    <DataTable
      caption="Steps of the load"
      rows={run.steps}
      columns={[
        { name: 'Step', text: true, cell: (step) => step.name },
        { name: 'From', unit: 's', cell: (step) => plain(step.from_s) },
        { name: 'To', unit: 's', cell: (step) => plain(step.to_s) },
        { name: 'Requests', unit: 'count', cell: (step) => count(step.requests) },
        { name: 'Fails', unit: 'count', cell: (step) => count(step.failures) },
        { name: 'Rate', unit: 'req/s', cell: (step) => significant(step.rps) },
        { name: 'p50', unit: 'ms', cell: (step) => milliseconds(step.latency.p50) },
        { name: 'p95', unit: 'ms', cell: (step) => milliseconds(step.latency.p95) },
        { name: 'p99', unit: 'ms', cell: (step) => milliseconds(step.latency.p99) },
      ]}
    />
  );
}

export function FailureTable({ run }: { run: Run }) {
  if (run.failures.length === 0) {
    return (
      <p className="with-icon">
        <Icon tone="pass" /> None of {plural(run.totals.requests, 'request')} failed.
      </p>
    );
  }
  return (
    <DataTable
      caption="Failures by kind"
      hideCaption
      rows={run.failures}
      columns={[
        { name: 'Count', unit: 'requests', text: true, cell: (failure) => count(failure.count) },
        {
          name: 'Share',
          unit: 'of all',
          cell: (failure) => percent(run.totals.requests ? (failure.count ?? 0) / run.totals.requests : null),
        },
        { name: 'Task', text: true, cell: (failure) => <span className="name">{failure.task}</span> },
        { name: 'Method', text: true, cell: (failure) => failure.method },
        { name: 'Kind', text: true, cell: (failure) => failure.kind },
        { name: 'What happened', text: true, cell: (failure) => <span className="name">{failure.detail}</span> },
      ]}
    />
  );
}
