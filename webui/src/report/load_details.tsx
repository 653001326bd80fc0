// What a load may have besides requests and failures: thresholds, own metrics, exceptions, and the
// slowest requests in full. Each is shown only where there is some.

import { DataTable } from '../components/DataTable';
import { Icon } from '../components/Icon';
import type { Metric, Run } from '../data/types';
import { count, milliseconds, percent, plain, significant } from '../format';

export function ThresholdTable({ run }: { run: Run }) {
  if (run.thresholds.length === 0) return null;
  return (
    <DataTable
      caption="Thresholds: the run fails where one is true"
      rows={run.thresholds}
      columns={[
        { name: 'Expression', text: true, cell: (row) => <code>{row.expression}</code> },
        {
          name: 'Verdict',
          text: true,
          cell: (row) => (
            <span className="with-icon">
              <Icon tone={row.passed ? 'pass' : 'fail'} /> {row.passed ? 'pass' : 'fail'}
            </span>
          ),
        },
        { name: 'Measured', text: true, cell: (row) => row.measured },
      ]}
    />
  );
}

function whole(metric: Metric): string {
  if (metric.kind === 'rate') return percent(metric.share);
  if (metric.kind === 'counter') return plain(metric.sum);
  return significant(metric.mean);
}

export function MetricTable({ metrics }: { metrics: Metric[] }) {
  const trend = (metric: Metric, value: number | null) => (metric.kind === 'trend' ? significant(value) : '');
  return (
    <DataTable
      caption="Metrics of the scenario"
      hideCaption
      rows={metrics}
      columns={[
        { name: 'Name', text: true, cell: (metric) => <span className="name">{metric.name}</span> },
        { name: 'Unit', text: true, cell: (metric) => metric.unit },
        { name: 'Values', unit: 'count', cell: (metric) => count(metric.count) },
        { name: 'In all', unit: 'sum, share, mean', cell: whole },
        { name: 'Rate', unit: '/s', cell: (metric) => (metric.kind === 'counter' ? significant(metric.perSecond) : '') },
        { name: 'p50', cell: (metric) => trend(metric, metric.p50) },
        { name: 'p95', cell: (metric) => trend(metric, metric.p95) },
        { name: 'p99', cell: (metric) => trend(metric, metric.p99) },
        { name: 'Max', cell: (metric) => trend(metric, metric.max) },
      ]}
    />
  );
}

export function ExceptionTable({ run }: { run: Run }) {
  if (run.exceptions.length === 0) return null;
  return (
    <DataTable
      caption="Exceptions out of the scenario's own code"
      rows={run.exceptions}
      columns={[
        { name: 'Count', text: true, cell: (row) => count(row.count) },
        { name: 'User class', text: true, cell: (row) => row.where },
        { name: 'Message', text: true, cell: (row) => <span className="name">{row.message}</span> },
      ]}
    />
  );
}

export function SlowestTable({ run }: { run: Run }) {
  return (
    <DataTable
      caption="The slowest requests"
      hideCaption
      rows={run.slowest}
      columns={[
        { name: 'Latency', unit: 'ms', cell: (row) => milliseconds(row.latency) },
        { name: 'Due at', unit: 's', cell: (row) => significant(row.dueS) },
        { name: 'Task', text: true, cell: (row) => <span className="name">{`${row.method} ${row.task}`}</span> },
        { name: 'Status', text: true, cell: (row) => (row.status ? count(row.status) : row.outcome) },
        { name: 'Longest phases', text: true, cell: (row) => row.phases },
        { name: 'What happened', text: true, wideOnly: true, cell: (row) => row.detail },
      ]}
    />
  );
}
