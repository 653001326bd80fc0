// Each metric's interval against what counts, all on one axis: in units of the metric's threshold,
// worse to the right.

import { type Change, type ComparedMetric, worse } from '../data/compare';
import type { Palette } from '../theme';
import type { Draw } from './Chart';
import { axis, base, tooltip, tooltipNode } from './style';

const kLeast = -2;
const kMost = 3;

export const signed = (ratio: number | null) =>
  ratio === null ? '–' : `${ratio >= 1 ? '+' : '−'}${Math.abs(100 * (ratio - 1)).toFixed(1)} %`;

export function intervalText(metric: ComparedMetric): string {
  if (metric.low === null || metric.high === null) return 'no interval';
  return `${signed(metric.low)} to ${signed(metric.high)}`;
}

export function intervalsHeight(metrics: ComparedMetric[]): number {
  return 86 + metrics.length * 34;
}

const colour = (palette: Palette, change: Change) =>
  ({ pass: palette.pass, regression: palette.fail, inconclusive: palette.warn })[change];

const within = (value: number) => Math.min(kMost, Math.max(kLeast, value));

export function drawIntervals(metrics: ComparedMetric[]): Draw {
  return (palette, width) => {
    const style = axis(palette);
    const names = metrics.map((metric) => metric.name);
    const line = (at: number, text: string, strong: string) => ({
      xAxis: at,
      lineStyle: { color: strong, type: at === 0 ? 'solid' : 'dashed', width: 1.5 },
      label: { formatter: text, color: palette.text, fontSize: 12, position: 'start' },
    });
    const tip = {
      ...tooltip(palette),
      trigger: 'item',
      formatter: (hit: { value: [number, number] }) => {
        const metric = metrics[hit.value[1]];
        if (!metric) return '';
        return tooltipNode(metric.name, [
          ['change', signed(metric.ratio)],
          ['interval', intervalText(metric)],
          ['counts from', `${(100 * metric.threshold).toFixed(1)} %`],
        ]);
      },
    };
    return {
      ...base(palette),
      grid: { left: width < 500 ? 84 : 104, right: 20, top: 30, bottom: 44 },
      tooltip: tip,
      xAxis: {
        ...style,
        type: 'value',
        min: kLeast,
        max: kMost,
        interval: 1,
        name: width < 500 ? '← better · worse →' : '← better · change in units of what counts · worse →',
        nameLocation: 'middle',
        nameGap: 28,
        axisLabel: { ...style.axisLabel, formatter: (value: number) => (value > 0 ? `+${value}×` : value < 0 ? `−${-value}×` : '0') },
      },
      yAxis: {
        ...style,
        type: 'category',
        inverse: true,
        data: names,
        axisLine: { show: false },
        axisLabel: { ...style.axisLabel, color: palette.text },
      },
      series: [
        ...metrics.flatMap((metric, row) => {
          const low = worse(metric, metric.low);
          const high = worse(metric, metric.high);
          if (low === null || high === null) return [];
          return [
            {
              type: 'line',
              data: [[within(low), row], [within(high), row]],
              showSymbol: false,
              lineStyle: { color: colour(palette, metric.verdict), width: 6, cap: 'round', opacity: 0.45 },
              silent: true,
            },
          ];
        }),
        {
          type: 'scatter',
          symbolSize: 12,
          data: metrics.flatMap((metric, row) => {
            const at = worse(metric, metric.ratio);
            return at === null
              ? []
              : [{ value: [within(at), row], itemStyle: { color: colour(palette, metric.verdict), borderColor: palette.surface, borderWidth: 1.5 } }];
          }),
          markLine: {
            silent: true,
            symbol: 'none',
            data: [
              line(0, width < 500 ? '' : 'no change', palette.muted),
              line(0.5, width < 500 ? '' : 'blame', palette.warn),
              line(1, 'counts', palette.fail),
            ],
          },
        },
      ],
    };
  };
}
