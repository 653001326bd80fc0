// The run second by second: panels of one kind of quantity each, on one time axis.

import type { SeriesPoint } from '../data/types';
import { bytes, cores, count, duration, rate } from '../format';
import { type Palette, sizes } from '../theme';
import type { Draw } from './Chart';
import { axis, base, shortNumber, shortTime, tooltip, tooltipNode } from './style';

// A moment and what was measured up to it, by key.
export interface Row {
  t_s: number;
  [key: string]: number | null;
}

export interface Line {
  name: string;
  key: string;
  colour: (palette: Palette) => string;
  area?: boolean;
  dashed?: boolean;
  seldom?: boolean;
}

export interface Panel {
  name: string;
  short?: string; // On a narrow page.
  unit: string;
  lines: Line[];
  log?: boolean;
  label: (value: number) => string;
  axisLabel: (value: number) => string;
  per?: number; // What the axis counts in; else 1.
}

const kPanels: Panel[] = [
  {
    name: 'Throughput', unit: 'req/s', label: rate, axisLabel: shortNumber,
    lines: [
      { name: 'answered', key: 'rps', colour: (p) => p.blue, area: true },
      { name: 'failed', key: 'failures', colour: (p) => p.fail, dashed: true },
    ],
  },
  {
    name: 'Latency from the due time', short: 'Latency', unit: 'log scale', log: true, label: duration, axisLabel: shortTime,
    lines: [
      { name: 'p50', key: 'p50_ms', colour: (p) => p.blueSoft },
      { name: 'p95', key: 'p95_ms', colour: (p) => p.blueMid },
      { name: 'p99', key: 'p99_ms', colour: (p) => p.blue },
    ],
  },
  {
    name: 'In flight', unit: 'requests', label: count, axisLabel: shortNumber,
    lines: [
      { name: 'in flight', key: 'in_flight', colour: (p) => p.teal, area: true },
      { name: 'users', key: 'users', colour: (p) => p.orange, dashed: true },
    ],
  },
  {
    name: 'CPU', unit: 'cores', label: cores, axisLabel: shortNumber,
    lines: [
      { name: 'target', key: 'target_cpu', colour: (p) => p.violet, area: true },
      { name: 'load generator', key: 'cpu', colour: (p) => p.orange, dashed: true },
    ],
  },
  {
    name: 'Memory', unit: 'resident, MiB', label: bytes, axisLabel: shortNumber, per: 1024 * 1024,
    lines: [
      { name: 'target', key: 'target_rss_bytes', colour: (p) => p.violet, area: true },
      { name: 'load generator', key: 'rss_bytes', colour: (p) => p.orange, dashed: true },
    ],
  },
];

const kPanelHeight = 88;
const kPanelGap = 46;
const kBottom = 28;
const kTop = 30;

// Panels and lines for which the file has values. Failures and users are left out where all are 0.
function present(series: Row[]): Panel[] {
  const has = ({ key }: Line) =>
    series.some((point) => {
      const value = point[key] ?? null;
      return key === 'failures' || key === 'users' ? (value ?? 0) > 0 : value !== null;
    });
  return kPanels
    .map((panel) => ({ ...panel, lines: panel.lines.filter(has) }))
    .filter((panel) => panel.lines.length > 0);
}

function rows(series: SeriesPoint[]): Row[] {
  return series.map((point) => ({ ...point }));
}

export function panelsHeight(panels: number): number {
  return kTop + panels * (kPanelHeight + kPanelGap) - kPanelGap + kBottom;
}

export function timelineHeight(series: SeriesPoint[]): number {
  return panelsHeight(present(rows(series)).length);
}

// A logarithmic axis has no place for zero: a second without requests is a gap. An entry tells of
// the second that it ends, so the first one is drawn from the start of that second.
function points(series: Row[], line: Line, panel: Panel): [number, number | null][] {
  const drawn = series.map((point): [number, number | null] => {
    const value = point[line.key] ?? null;
    const missing = value === null || (panel.log && value <= 0);
    return [point.t_s, missing ? null : value / (panel.per ?? 1)];
  });
  const first = drawn[0];
  return first && first[0] > 0 ? [[Math.max(0, first[0] - 1), first[1]], ...drawn] : drawn;
}

export function drawTimeline(series: SeriesPoint[], marks: { at: number; name: string }[] = []): Draw {
  return drawPanels(rows(series), present(rows(series)), marks);
}

export function drawPanels(series: Row[], panels: Panel[], marks: { at: number; name: string }[] = []): Draw {
  return (palette, width) => {
    const style = axis(palette);
    const last = panels.length - 1;
    const end = series.at(-1)?.t_s ?? 0;
    const top = (i: number) => kTop + i * (kPanelHeight + kPanelGap);
    return {
      ...base(palette),
      title: panels.map((panel, i) => ({
        text: [
          `{name|${width < 500 ? (panel.short ?? panel.name) : panel.name}} {unit|${panel.unit}}`,
          ...panel.lines.map((line, n) => `  {line${n}|${line.dashed ? '┅' : '━'}} {unit|${line.name}}`),
        ].join(''),
        left: 0,
        top: top(i) - 26,
        padding: 0,
        textStyle: {
          fontSize: sizes.chartText,
          fontWeight: 400,
          rich: {
            name: { fontWeight: 600, color: palette.text, fontSize: sizes.chartText },
            unit: { color: palette.muted, fontSize: sizes.chartText },
            ...Object.fromEntries(
              panel.lines.map((line, n) => [`line${n}`, { color: line.colour(palette), fontWeight: 700 }]),
            ),
          },
        },
      })),
      grid: panels.map((_, i) => ({ left: 58, outerBoundsMode: 'none', right: 14, top: top(i), height: kPanelHeight })),
      xAxis: panels.map((_, i) => ({
        ...style,
        type: 'value',
        gridIndex: i,
        min: 0,
        max: end,
        splitLine: { show: false },
        splitNumber: width < 500 ? 4 : 8,
        axisLabel: { ...style.axisLabel, show: i === last, formatter: (t: number) => `${Number(t.toFixed(1))} s` },
      })),
      yAxis: panels.map((panel, i) => ({
        ...style,
        type: panel.log ? 'log' : 'value',
        gridIndex: i,
        splitNumber: 3,
        axisLine: { show: false },
        axisLabel: { ...style.axisLabel, formatter: panel.axisLabel },
        ...(panel.log ? {} : { min: 0 }),
      })),
      axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: palette.muted } },
      tooltip: {
        ...tooltip(palette),
        trigger: 'axis',
        formatter: (hits: { value: [number, number | null] }[]) => {
          const at = hits[0]?.value[0];
          const point = series.find((entry) => entry.t_s >= (at ?? 0));
          if (!point) return '';
          const rows = panels.flatMap((panel) =>
            panel.lines.map((line): [string, string, string] => [
              panel.lines.length > 1 && line.name.length > 3 ? `${panel.name}, ${line.name}` : line.name,
              line.key === 'failures' ? `${count(point.failures ?? null)} /s` : panel.label(point[line.key] ?? Number.NaN),
              line.colour(palette),
            ]),
          );
          return tooltipNode(`Second ending at ${point.t_s} s`, rows);
        },
      },
      series: panels.flatMap((panel, i) =>
        panel.lines.map((line, n) => ({
          type: 'line',
          name: line.name,
          xAxisIndex: i,
          yAxisIndex: i,
          data: points(series, line, panel),
          connectNulls: line.seldom === true, // Measured less often than there are points.
          showSymbol: series.length < 3,
          symbolSize: 5,
          lineStyle: { width: 1.75, color: line.colour(palette), type: line.dashed ? [5, 3] : 'solid' },
          itemStyle: { color: line.colour(palette) },
          areaStyle: line.area ? { color: line.colour(palette), opacity: 0.12 } : undefined,
          markLine:
            n === 0 && marks.length > 0
              ? {
                  silent: true,
                  symbol: 'none',
                  lineStyle: { color: palette.muted, type: 'dotted' },
                  label: {
                    show: i === 0 && width >= 500,
                    formatter: '{b}',
                    color: palette.muted,
                    position: 'insideEndTop',
                    rotate: 0,
                    align: 'left',
                    fontSize: 11,
                  },
                  data: marks.map((mark) => ({ xAxis: mark.at, name: mark.name })),
                }
              : undefined,
        })),
      ),
    };
  };
}
