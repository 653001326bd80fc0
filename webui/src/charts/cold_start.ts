// One strip a start: exec to listening, to ready, to the first right answer.

import type { ColdStart } from '../data/evidence';
import { duration } from '../format';
import type { Palette } from '../theme';
import type { Draw } from './Chart';
import { axis, base, shortTime, tooltip, tooltipNode } from './style';

export const kSegments: { name: string; colour: (palette: Palette) => string }[] = [
  { name: 'exec to listening', colour: (p) => p.blueSoft },
  { name: 'listening to ready', colour: (p) => p.blueMid },
  { name: 'ready to first right answer', colour: (p) => p.blue },
];

export function coldStartHeight(evidence: ColdStart): number {
  return 40 + evidence.repeats.length * 30;
}

// A stamp may be missing, or come before the one that should precede it: never draw backwards.
function segments(repeat: ColdStart['repeats'][number]): number[] {
  let at = 0;
  return [repeat.listening, repeat.ready, repeat.firstRight].map((stamp) => {
    const length = Math.max(0, (stamp ?? at) - at);
    at += length;
    return length;
  });
}

export function drawColdStart(evidence: ColdStart): Draw {
  const rows = evidence.repeats.map(segments);
  return (palette, width) => {
    const style = axis(palette);
    return {
      ...base(palette),
      grid: { left: 58, right: 76, top: 4, bottom: 30 },
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
        data: rows.map((_, i) => `start ${i + 1}`),
        axisLine: { show: false },
        axisLabel: { ...style.axisLabel, color: palette.text },
      },
      tooltip: {
        ...tooltip(palette),
        trigger: 'axis',
        axisPointer: { type: 'none' },
        formatter: (hits: { dataIndex: number }[]) => {
          const index = hits[0]?.dataIndex ?? -1;
          const row = rows[index];
          if (!row) return '';
          return tooltipNode(
            `Start ${index + 1}`,
            kSegments.map((segment, i) => [segment.name, duration(row[i]), segment.colour(palette)]),
          );
        },
      },
      series: kSegments.map((segment, i) => ({
        type: 'bar',
        stack: 'start',
        name: segment.name,
        barWidth: 18,
        itemStyle: { color: segment.colour(palette), borderColor: palette.surface, borderWidth: 0.5 },
        data: rows.map((row) => row[i] ?? 0),
        label:
          i === 2
            ? {
                show: true,
                position: 'right',
                color: palette.text,
                formatter: (hit: { dataIndex: number }) =>
                  duration(evidence.repeats[hit.dataIndex]?.firstRight),
              }
            : undefined,
      })),
    };
  };
}
