// What all charts share: axes, grid lines, tooltips.

import { fonts, type Palette, sizes } from '../theme';

export function base(palette: Palette) {
  return {
    backgroundColor: 'transparent',
    textStyle: { fontFamily: fonts.sans, fontSize: sizes.chartText, color: palette.muted },
  };
}

export function axis(palette: Palette) {
  return {
    axisLine: { lineStyle: { color: palette.line } },
    axisTick: { show: false },
    axisLabel: { color: palette.muted, fontSize: sizes.chartText, hideOverlap: true },
    splitLine: { lineStyle: { color: palette.grid } },
    minorSplitLine: { show: false },
    nameTextStyle: { color: palette.muted, fontSize: sizes.chartText },
  };
}

// Tooltips are DOM nodes, never markup: names come from targets and may hold anything.
export function tooltipNode(heading: string, rows: [string, string, string?][]): HTMLElement {
  const box = document.createElement('div');
  const head = document.createElement('div');
  head.textContent = heading;
  head.style.fontWeight = '600';
  box.append(head);
  for (const [name, value, colour] of rows) {
    const row = document.createElement('div');
    row.style.cssText = 'display:flex;gap:16px;justify-content:space-between';
    const left = document.createElement('span');
    if (colour) {
      const dot = document.createElement('span');
      dot.style.cssText = `display:inline-block;width:8px;height:8px;border-radius:2px;margin-right:6px;background:${colour}`;
      left.append(dot);
    }
    left.append(name);
    const right = document.createElement('span');
    right.textContent = value;
    right.style.fontVariantNumeric = 'tabular-nums';
    row.append(left, right);
    box.append(row);
  }
  return box;
}

export function tooltip(palette: Palette) {
  return {
    confine: true,
    backgroundColor: palette.surface,
    borderColor: palette.line,
    borderWidth: 1,
    padding: [8, 12],
    textStyle: { color: palette.text, fontSize: sizes.chartText, fontFamily: fonts.sans },
    extraCssText: 'box-shadow:0 4px 16px rgb(0 0 0 / 0.16);border-radius:8px',
  };
}

// Dark or light letters, whichever reads better on `colour` (#rrggbb).
export function inkOn(colour: string): string {
  const part = (at: number) => (Number.parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2;
  const luminance = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
  return luminance > 0.24 ? '#15181c' : '#ffffff';
}

// 1,000 → 1k on an axis.
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1e3) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}

// 0.5 → 500 µs, 20 → 20 ms, 2000 → 2 s on an axis.
export function shortTime(ms: number): string {
  if (ms === 0) return '0';
  if (ms < 1) return `${Number((ms * 1000).toPrecision(3))} µs`;
  if (ms < 1000) return `${Number(ms.toPrecision(3))} ms`;
  return `${Number((ms / 1000).toPrecision(3))} s`;
}
