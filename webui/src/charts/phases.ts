// Where a request's time goes: one bar a row, its parts in the order in which they happen.

import type { Phase } from '../data/types';
import { duration } from '../format';
import type { Palette } from '../theme';
import type { Draw } from './Chart';
import { axis, base, inkOn, shortTime, tooltip, tooltipNode } from './style';

export interface PhaseRow {
  name: string;
  values: { phase: string; ms: number }[];
}

export function phaseColour(palette: Palette, name: string): string {
  return palette.phases[name] ?? palette.skip;
}

export function rowsOf(phases: Phase[]): PhaseRow[] {
  return (['mean', 'p50'] as const)
    .map((key) => ({
      name: key,
      values: phases.flatMap((phase) => {
        const ms = phase[key];
        return ms !== null && ms > 0 ? [{ phase: phase.name, ms }] : [];
      }),
    }))
    .filter((row) => row.values.length > 0);
}

export function phasesHeight(rows: PhaseRow[]): number {
  return 44 + rows.length * 46;
}

export function drawPhases(rows: PhaseRow[]): Draw {
  const names = [...new Set(rows.flatMap((row) => row.values.map((value) => value.phase)))];
  const longest = Math.max(...rows.map((row) => row.name.length));
  const longestMs = Math.max(...rows.map((row) => row.values.reduce((sum, value) => sum + value.ms, 0)));
  return (palette, width) => {
    const style = axis(palette);
    const left = Math.min(width / 3, 16 + longest * 7.5);
    return {
      ...base(palette),
      grid: { left, right: 20, top: 4, bottom: 30 },
      xAxis: {
        ...style,
        type: 'value',
        splitNumber: width < 500 ? 3 : 6,
        axisLabel: { ...style.axisLabel, formatter: shortTime },
      },
      yAxis: {
        ...style,
        type: 'category',
        inverse: true,
        data: rows.map((row) => row.name),
        axisLine: { show: false },
        axisLabel: { ...style.axisLabel, color: palette.text, width: width / 3, overflow: 'truncate' },
      },
      tooltip: {
        ...tooltip(palette),
        trigger: 'axis',
        axisPointer: { type: 'none' },
        formatter: (hits: { dataIndex: number }[]) => {
          const row = rows[hits[0]?.dataIndex ?? -1];
          if (!row) return '';
          return tooltipNode(
            row.name,
            row.values.map((value) => [value.phase, duration(value.ms), phaseColour(palette, value.phase)]),
          );
        },
      },
      series: names.map((name) => ({
        type: 'bar',
        name,
        stack: 'phases',
        barWidth: 26,
        itemStyle: { color: phaseColour(palette, name), borderColor: palette.surface, borderWidth: 0.5 },
        label: {
          show: true,
          color: inkOn(phaseColour(palette, name)),
          fontSize: 11,
          fontWeight: 600,
          // A name only where it fits: 7 px a letter; the axis ends up to a fifth after the bars.
          formatter: (hit: { value: number }) =>
            (hit.value / longestMs) * (width - left - 20) * 0.8 > name.length * 7 + 8 ? name : '',
        },
        data: rows.map((row) => row.values.find((value) => value.phase === name)?.ms ?? 0),
      })),
    };
  };
}
