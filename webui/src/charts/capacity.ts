// Rates that were tried, and the p99 that each gave: where the SLO is crossed is the capacity.

import type { CapacityEvidence, Probe } from '../data/evidence';
import { count, duration, rate } from '../format';
import type { Palette } from '../theme';
import type { Draw } from './Chart';
import { axis, base, shortNumber, shortTime, tooltip, tooltipNode } from './style';

// Also drawn in the legend, so that shape and colour say the same there.
export const kMarks = {
  pass: 'path://M50 0A50 50 0 1 0 50 100A50 50 0 1 0 50 0Z',
  fail: 'path://M18 0L50 32L82 0L100 18L68 50L100 82L82 100L50 68L18 100L0 82L32 50L0 18Z',
  undecided: 'path://M50 0L100 50L50 100L0 50Z',
  invalid: 'path://M50 4L98 92H2Z',
};

export type ProbeVerdict = keyof typeof kMarks;

export function verdictOf(probe: Probe): ProbeVerdict {
  return Object.hasOwn(kMarks, probe.verdict) ? (probe.verdict as ProbeVerdict) : 'invalid';
}

export function colourOf(palette: Palette, verdict: ProbeVerdict): string {
  return { pass: palette.pass, fail: palette.fail, undecided: palette.skip, invalid: palette.warn }[verdict];
}

// Where a fit of all probes puts the limit; it proves nothing, so it is thin.
function estimate(palette: Palette, rps: number) {
  return {
    xAxis: rps,
    lineStyle: { color: palette.text, type: 'dotted', width: 1.5 },
    label: { show: false },
  };
}

export function drawCapacity(evidence: CapacityEvidence): Draw {
  const probes = evidence.probes.filter((probe) => probe.rate !== null);
  const seen = probes.flatMap((probe) => (probe.p99 !== null && probe.p99 > 0 ? [probe.p99] : []));
  // Where more than 1 % failed, p99 is infinite: drawn on the upper edge.
  const ceiling = 10 ** Math.ceil(Math.log10(Math.max(1, evidence.limitMs ?? 0, ...seen) * 1.01));
  const floor = 10 ** Math.floor(Math.log10(Math.min(evidence.limitMs ?? 10, ...seen, 10)));
  const height = (probe: Probe) => (probe.p99 !== null && probe.p99 > 0 ? probe.p99 : ceiling);
  const highest = Math.max(...probes.map((probe) => probe.rate ?? 0), evidence.rpsFail ?? 0);
  const curve = probes
    .filter((probe) => verdictOf(probe) !== 'invalid')
    .sort((a, b) => (a.rate ?? 0) - (b.rate ?? 0));

  const bracketIsLeft = (evidence.rpsFail ?? 0) < highest / 2;

  return (palette, width) => {
    const style = axis(palette);
    const bracket =
      evidence.rpsPass !== null && evidence.rpsFail !== null
        ? [[{ xAxis: evidence.rpsPass }, { xAxis: evidence.rpsFail }]]
        : [];
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
        type: 'log',
        name: 'p99 from the due time, log scale',
        nameTextStyle: { ...style.nameTextStyle, align: 'left', padding: [0, 0, 0, -52] },
        min: floor,
        max: ceiling,
        axisLine: { show: false },
        axisLabel: { ...style.axisLabel, formatter: shortTime },
      },
      tooltip: {
        ...tooltip(palette),
        trigger: 'item',
        formatter: (hit: { seriesIndex: number; dataIndex: number }) => {
          const probe = hit.seriesIndex === 1 ? probes[hit.dataIndex] : undefined;
          if (!probe) return '';
          return tooltipNode(`${rate(probe.rate)}: ${probe.verdict} (${probe.phase})`, [
            ['p50', duration(probe.p50)],
            ['p99', duration(probe.p99)],
            ['achieved', rate(probe.achieved)],
            ['requests', count(probe.requests)],
            ['failures', count(probe.failures)],
          ]);
        },
      },
      series: [
        {
          type: 'line',
          silent: true,
          showSymbol: false,
          data: curve.map((probe) => [probe.rate, height(probe)]),
          lineStyle: { color: palette.skip, width: 1.25, opacity: 0.6 },
          markLine: {
            silent: true,
            symbol: 'none',
            data: [
              ...(evidence.limitMs === null ? [] : [{ yAxis: evidence.limitMs }]),
              ...(evidence.rpsEstimate === null ? [] : [estimate(palette, evidence.rpsEstimate)]),
            ],
            lineStyle: { color: palette.fail, type: 'dashed', width: 1.5 },
            label: {
              formatter: `SLO ${duration(evidence.limitMs)}`,
              color: palette.fail,
              position: 'insideStartTop',
              fontSize: 12,
            },
          },
          markArea: {
            silent: true,
            data: bracket,
            itemStyle: { color: palette.warn, opacity: 0.16 },
            label: {
              show: true,
              // Beside the bracket, where the curve is not: it comes from below left, leaves above right.
              position: bracketIsLeft ? ['100%', '100%'] : [0, 0],
              align: bracketIsLeft ? 'left' : 'right',
              verticalAlign: bracketIsLeft ? 'bottom' : 'top',
              padding: 8,
              lineHeight: 17,
              color: palette.text,
              fontSize: 12,
              formatter: `holds ${rate(evidence.rpsPass)}\nbreaks ${rate(evidence.rpsFail)}`,
            },
          },
        },
        {
          type: 'scatter',
          data: probes.map((probe) => {
            const verdict = verdictOf(probe);
            const confirm = probe.phase === 'confirm';
            return {
              value: [probe.rate, height(probe)],
              symbol: kMarks[verdict],
              symbolSize: confirm ? 15 : 10,
              itemStyle: {
                color: colourOf(palette, verdict),
                opacity: 1,
                borderColor: confirm ? palette.text : palette.surface,
                borderWidth: confirm ? 1.5 : 1,
              },
            };
          }),
        },
      ],
    };
  };
}
