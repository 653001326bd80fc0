// Throughput by the size of a request, a line for each number of requests at once. Filled points
// hold the SLO, hollow ones do not; the recommended one is marked.

import type { PayloadEvidence } from '../data/evidence';
import { count, duration } from '../format';
import type { Draw } from './Chart';
import { axis, base, shortNumber, tooltip, tooltipNode } from './style';

const kColours = ['blue', 'orange', 'teal', 'violet', 'blueMid', 'skip'] as const;

export function drawPayload(evidence: PayloadEvidence): Draw {
  const cells = evidence.cells.filter((cell) => cell.p50 !== null && cell.rows !== null && cell.users !== null);
  const sizes = [...new Set(cells.map((cell) => cell.rows ?? 0))].sort((a, b) => a - b);
  const users = [...new Set(cells.map((cell) => cell.users ?? 0))].sort((a, b) => a - b);
  const lines = users.map((each) => cells.filter((cell) => cell.users === each));
  const best = evidence.recommended;
  const holds = (p99: number | null) => evidence.limit === null || (p99 !== null && p99 <= evidence.limit);
  return (palette) => {
    const style = axis(palette);
    return {
      ...base(palette),
      grid: { left: 58, right: 24, top: 30, bottom: 46 },
      xAxis: {
        ...style,
        type: 'category',
        name: 'Rows in a request',
        nameLocation: 'middle',
        nameGap: 28,
        data: sizes.map((size) => count(size)),
      },
      yAxis: {
        ...style,
        type: 'value',
        name: 'Rows a second; hollow: breaks the SLO',
        nameTextStyle: { ...style.nameTextStyle, align: 'left', padding: [0, 0, 0, -52] },
        min: 0,
        axisLabel: { ...style.axisLabel, formatter: shortNumber },
      },
      tooltip: {
        ...tooltip(palette),
        trigger: 'item',
        formatter: (hit: { seriesIndex: number; dataIndex: number }) => {
          const cell = lines[hit.seriesIndex]?.find((each) => each.rows === sizes[hit.dataIndex]);
          if (!cell) return '';
          return tooltipNode(`${count(cell.rows)} rows, ${count(cell.users)} at once`, [
            ['throughput', `${count(cell.rowsPerS)} rows/s`],
            ['p50', duration(cell.p50)],
            ['p99', duration(cell.p99)],
            ['requests', count(cell.requests)],
          ]);
        },
      },
      series: lines.map((line, at) => {
        const colour = palette[kColours[at % kColours.length] ?? 'blue'];
        return {
          type: 'line',
          name: `${users[at]} at once`,
          connectNulls: true,
          data: sizes.map((size) => {
            const cell = line.find((each) => each.rows === size);
            if (!cell) return null;
            const isBest = best.rows === size && best.users === users[at];
            return {
              value: cell.rowsPerS,
              symbol: holds(cell.p99) ? 'circle' : 'emptyCircle',
              symbolSize: isBest ? 16 : 8,
              label: isBest ? { show: true, formatter: 'best', position: 'top', color: palette.text } : undefined,
            };
          }),
          lineStyle: { color: colour, width: 2 },
          itemStyle: { color: colour },
          endLabel: { show: true, formatter: `${users[at]} at once`, color: palette.text, offset: [-54, -10] },
        };
      }),
    };
  };
}
