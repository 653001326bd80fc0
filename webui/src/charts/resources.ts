// What the monitor saw, in panels of one kind of quantity each, on the run's time axis.

import type { Resources } from '../data/types';
import { bytes, cores, percent, plain, significant } from '../format';
import type { Palette } from '../theme';
import { shortNumber } from './style';
import type { Line, Panel, Row } from './timeline';

interface Kind {
  name: string;
  unit: string;
  label: (value: number) => string;
  per?: number;
  series: [key: string, name: string][];
}

const kMiB = 1024 * 1024;
const perSecond = (value: number) => `${plain(Number(value.toPrecision(3)))} /s`;
const share = (value: number) => percent(value);
const bytesPerSecond = (value: number) => `${bytes(value)}/s`;
const watts = (value: number) => `${significant(value)} W`;
const some = (value: number) => significant(value);

const kKinds: Kind[] = [
  {
    name: 'CPU', unit: 'cores', label: cores,
    series: [['target.cpu', 'target'], ['generator.cpu', 'load generator'], ['host.cpu', 'host'], ['host.steal', 'stolen']],
  },
  {
    name: 'Held back', unit: '% of the time', label: share, per: 0.01,
    series: [['target.throttled', 'throttled by quota'], ['host.cpu_pressure', 'for want of CPU'], ['host.memory_pressure', 'of memory'], ['host.io_pressure', 'of a disk']],
  },
  {
    name: 'Ready without a CPU', unit: 'threads', label: some,
    series: [['target.run_queue', 'of the target'], ['host.running', 'running or ready, host']],
  },
  {
    name: 'Memory', unit: 'MiB', label: bytes, per: kMiB,
    series: [['target.rss', 'target, resident'], ['target.pss', 'target, by share'], ['target.memory', 'its cgroup'], ['generator.rss', 'load generator']],
  },
  {
    name: 'Threads and descriptors', unit: 'of the target', label: some,
    series: [['target.threads', 'threads'], ['target.descriptors', 'descriptors'], ['target.accept_queue', 'waiting for accept()']],
  },
  {
    name: 'Switches', unit: '/s, of the target', label: perSecond,
    series: [['target.voluntary_switches', 'it waited'], ['target.involuntary_switches', 'it was taken off']],
  },
  {
    name: 'Page faults', unit: '/s, of the target', label: perSecond,
    series: [['target.minor_faults', 'minor'], ['target.major_faults', 'from disk']],
  },
  {
    name: 'Disk', unit: 'MiB/s, host', label: bytesPerSecond, per: kMiB,
    series: [['host.disk_read', 'read'], ['host.disk_written', 'written']],
  },
  {
    name: 'Network', unit: 'MiB/s, host', label: bytesPerSecond, per: kMiB,
    series: [['host.net_received', 'received'], ['host.net_sent', 'sent'], ['host.net_loopback', 'loopback']],
  },
  {
    name: 'TCP', unit: '/s, host', label: perSecond,
    series: [['host.tcp_retransmits', 'sent again'], ['host.listen_overflows', 'accept queue full'], ['host.tcp_resets', 'resets']],
  },
  {
    name: 'GPU', unit: '% of the time', label: share, per: 0.01,
    series: [['gpu0.utilisation', 'GPU 0'], ['gpu1.utilisation', 'GPU 1'], ['gpu2.utilisation', 'GPU 2'], ['gpu3.utilisation', 'GPU 3']],
  },
  {
    name: 'GPU power', unit: 'W', label: watts,
    series: [['gpu0.power', 'GPU 0'], ['gpu0.power_limit', 'its limit'], ['gpu1.power', 'GPU 1'], ['gpu2.power', 'GPU 2']],
  },
];

const kColours: ((palette: Palette) => string)[] = [(p) => p.violet, (p) => p.orange, (p) => p.blue, (p) => p.teal];

// Panels of quantities that were not 0 all the time.
export function resourcePanels(resources: Resources): Panel[] {
  const seen = new Map(resources.series.map((each) => [each.name, each]));
  return kKinds.flatMap((kind): Panel[] => {
    const lines = kind.series.flatMap(([key, name], n): Line[] => {
      const series = seen.get(key);
      if (!series || (series.max ?? 0) === 0) return [];
      const colour = kColours[n] ?? ((p: Palette) => p.muted);
      return [{ name, key, colour, area: n === 0, dashed: n % 2 === 1, seldom: series.values.includes(null) }];
    });
    if (lines.length === 0) return [];
    const { name, unit, label, per } = kind;
    return [{ name, unit, label, axisLabel: shortNumber, lines, ...(per ? { per } : {}) }];
  });
}

export function resourceRows(resources: Resources): Row[] {
  return resources.times.map((t, i) => ({
    t_s: t,
    ...Object.fromEntries(resources.series.map((each) => [each.name, each.values[i] ?? null])),
  }));
}
