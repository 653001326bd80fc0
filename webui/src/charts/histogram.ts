// How many requests took how long. Bins have equal width on the logarithmic time axis.

import { type Bin, logBins, total } from '../data/distribution';
import type { Bucket, Latency } from '../data/types';
import { count, duration, percent } from '../format';
import type { Draw } from './Chart';
import { axis, base, shortNumber, shortTime, tooltip, tooltipNode } from './style';

export function drawHistogram(buckets: Bucket[], latency: Latency): Draw {
  const bins = logBins(buckets);
  const all = total(buckets);
  const marks = [
    { name: 'p50', ms: latency.p50 },
    { name: 'p99', ms: latency.p99 },
  ].filter((mark): mark is { name: string; ms: number } => mark.ms !== null && mark.ms > 0);
  return (palette) => {
    const style = axis(palette);
    const from = bins[0]?.fromMs ?? 0.1;
    const to = bins.at(-1)?.toMs ?? 1;
    // A place on a category axis with fractions: bins are equal steps of the logarithm.
    const place = (ms: number) =>
      (bins.length * Math.log(ms / from)) / Math.log(to / from) - 0.5;
    return {
      ...base(palette),
      grid: { left: 58, right: 20, top: 44, bottom: 28 },
      xAxis: [
        { ...style, type: 'category', data: bins.map((_, i) => i), show: false },
        {
          ...style,
          type: 'log',
          position: 'bottom',
          min: from,
          max: to,
          splitLine: { show: false },
          axisLabel: { ...style.axisLabel, formatter: shortTime, showMinLabel: false, showMaxLabel: false },
        },
        { type: 'value', min: -0.5, max: bins.length - 0.5, show: false },
      ],
      yAxis: {
        ...style,
        type: 'value',
        name: 'Requests in each bin',
        nameGap: 28,
        nameTextStyle: { ...style.nameTextStyle, align: 'left', padding: [0, 0, 0, -52] },
        axisLine: { show: false },
        axisLabel: { ...style.axisLabel, formatter: shortNumber },
        splitNumber: 4,
      },
      tooltip: {
        ...tooltip(palette),
        trigger: 'item',
        formatter: (hit: { dataIndex: number }) => {
          const bin: Bin | undefined = bins[hit.dataIndex];
          if (!bin) return '';
          return tooltipNode(`${duration(bin.fromMs)} to ${duration(bin.toMs)}`, [
            ['requests', count(bin.count)],
            ['share', percent(bin.count / all)],
          ]);
        },
      },
      series: [
        {
          type: 'bar',
          data: bins.map((bin) => bin.count),
          barCategoryGap: '12%',
          itemStyle: { color: palette.blueMid, borderRadius: [2, 2, 0, 0] },
        },
        // Holds the logarithmic axis in place; has nothing to draw.
        { type: 'line', xAxisIndex: 1, data: [] },
        {
          type: 'line',
          xAxisIndex: 2,
          data: [],
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: palette.text, type: 'dashed', width: 1 },
            label: { color: palette.text, formatter: '{b}', position: 'end', fontSize: 12 },
            data: marks.map((mark) => ({ xAxis: place(mark.ms), name: mark.name })),
          },
        },
      ],
    };
  };
}
