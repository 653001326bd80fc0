// Latency by percentile on HdrHistogram's axis: each nine gets the same width, so that the tail,
// which users remember, is as wide as the rest.

import type { CurvePoint } from '../data/distribution';
import { duration } from '../format';
import type { Draw } from './Chart';
import { axis, base, shortTime, tooltip, tooltipNode } from './style';

export interface Curve {
  name: string;
  points: CurvePoint[];
  colour: 'blue' | 'orange' | 'teal' | 'violet';
}

const isCoarse = (curve: Curve) => curve.points.length <= 12;
const nines = (quantile: number) => 1 / (1 - quantile);

export function percentileName(share: number): string {
  return `${Number((share * 100).toPrecision(7))} %`;
}

export function drawPercentiles(curves: Curve[], limitMs: number | null): Draw {
  const last = Math.max(10, ...curves.map((curve) => nines(curve.points.at(-1)?.quantile ?? 0)));
  const allCoarse = curves.every(isCoarse);
  const seen = curves.flatMap((curve) => curve.points.map((point) => point.ms)).filter((ms) => ms > 0);
  const highest = Math.max(...seen);
  // A limit near enough shows the headroom; one far off would flatten the curve.
  const limit = limitMs !== null && limitMs < highest * 100 ? limitMs : null;
  return (palette, width) => {
    const style = axis(palette);
    return {
      ...base(palette),
      grid: { left: 58, right: 20, top: 28, bottom: 28 },
      xAxis: {
        ...style,
        type: 'log',
        min: 1,
        max: last,
        axisLabel: {
          ...style.axisLabel,
          // 1, 10, 100, … are the 0, 90, 99, … % points.
          formatter: (x: number) => (x < 1.001 ? '0 %' : percentileName(1 - 1 / x)),
        },
      },
      yAxis: {
        ...style,
        type: 'log',
        name: width < 500 ? 'Latency, log scale' : 'Latency from the due time, log scale',
        nameTextStyle: { ...style.nameTextStyle, align: 'left', padding: [0, 0, 0, -52] },
        axisLine: { show: false },
        min: Math.min(...seen, limit ?? Infinity) * 0.8,
        max: Math.max(highest, limit ?? 0) * 1.4,
        axisLabel: { ...style.axisLabel, formatter: shortTime, showMinLabel: false, showMaxLabel: false },
      },
      tooltip: {
        ...tooltip(palette),
        trigger: 'axis',
        axisPointer: { lineStyle: { color: palette.muted } },
        formatter: (hits: { seriesIndex: number; value: [number, number] }[]) => {
          const at = hits[0]?.value[0];
          if (at === undefined) return '';
          return tooltipNode(
            `${percentileName(1 - 1 / at)} of requests took at most`,
            hits.map((hit) => {
              const curve = curves[hit.seriesIndex];
              return [curve?.name ?? '', duration(hit.value[1]), palette[curve?.colour ?? 'blue']];
            }),
          );
        },
      },
      series: curves.map((curve, i) => ({
        type: 'line',
        name: curve.name,
        data: curve.points.map((point) => [nines(point.quantile), point.ms]),
        step: isCoarse(curve) ? false : 'end',
        showSymbol: isCoarse(curve),
        symbol: i === 0 ? 'circle' : 'diamond',
        symbolSize: i === 0 ? 6 : 9,
        // Five percentiles beside a whole curve are marks: what is between them is not known.
        lineStyle: { width: i > 0 && isCoarse(curve) && !allCoarse ? 0 : 2, color: palette[curve.colour] },
        itemStyle: { color: palette[curve.colour] },
        areaStyle: i === 0 ? { color: palette[curve.colour], opacity: 0.08 } : undefined,
        markLine:
          i === 0 && limit !== null
            ? {
                silent: true,
                symbol: 'none',
                lineStyle: { color: palette.fail, type: 'dashed', width: 1.5 },
                label: {
                  formatter: `SLO ${duration(limit)}`,
                  color: palette.fail,
                  // Where the curve does not cross it.
                  position: limit < highest ? 'insideEndTop' : 'insideStartTop',
                  fontSize: 12,
                },
                data: [{ yAxis: limit }],
              }
            : undefined,
      })),
    };
  };
}
