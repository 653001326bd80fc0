// What was right and in time, by what was offered: a service that sheds stays on the level of its capacity.

import type { OverloadEvidence } from '../data/evidence';
import { duration, rate } from '../format';
import type { Draw } from './Chart';
import { axis, base, shortNumber, tooltip, tooltipNode } from './style';

export function drawOverload(evidence: OverloadEvidence): Draw {
  const capacity = evidence.capacity ?? 0;
  const levels = evidence.levels;
  const highest = Math.max(capacity, ...levels.map((level) => level.offered ?? 0));
  return (palette, width) => {
    const style = axis(palette);
    return {
      ...base(palette),
      grid: { left: 58, right: 24, top: 30, bottom: 46 },
      xAxis: {
        ...style,
        type: 'value',
        name: 'Offered rate, req/s',
        nameLocation: 'middle',
        nameGap: 28,
        min: 0,
        max: highest * 1.06,
        splitNumber: width < 500 ? 4 : 8,
        axisLabel: { ...style.axisLabel, formatter: shortNumber, showMaxLabel: false },
      },
      yAxis: {
        ...style,
        type: 'value',
        name: 'Goodput, req/s',
        nameTextStyle: { ...style.nameTextStyle, align: 'left', padding: [0, 0, 0, -52] },
        min: 0,
        axisLabel: { ...style.axisLabel, formatter: shortNumber },
      },
      tooltip: {
        ...tooltip(palette),
        trigger: 'item',
        formatter: (hit: { dataIndex: number }) => {
          // The first point is the capacity itself.
          const level = levels[hit.dataIndex - 1];
          if (!level) return tooltipNode('the capacity', [['holds', rate(capacity)]]);
          return tooltipNode(`${rate(level.offered)} offered`, [
            ['right and in time', rate(level.goodput)],
            ['p99 of the admitted', duration(level.admittedP99)],
            ['p99 of the others', duration(level.refusedP99)],
          ]);
        },
      },
      series: [
        {
          type: 'line',
          data: [[capacity, capacity], ...levels.map((level) => [level.offered, level.goodput])],
          symbolSize: 9,
          lineStyle: { color: palette.pass, width: 2 },
          itemStyle: { color: palette.pass },
          markLine: {
            silent: true,
            symbol: 'none',
            data: [{ yAxis: capacity }],
            lineStyle: { color: palette.skip, type: 'dashed', width: 1.5 },
            label: { formatter: `capacity ${rate(capacity)}`, color: palette.text, position: 'insideStartTop', fontSize: 12 },
          },
        },
      ],
    };
  };
}
