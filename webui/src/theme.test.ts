import { describe, expect, test } from 'vitest';

import { kPhases } from './data/parts';
import { dark, light, type Palette } from './theme';
import { themeCss } from './theme_css';

// WCAG 2: relative luminance and contrast.
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}

describe.each<[string, Palette]>([['light', light], ['dark', dark]])('%s', (_, palette) => {
  test.each(['text', 'muted', 'accent', 'pass', 'fail', 'warn', 'skip', 'teal', 'violet'] as const)(
    '%s can be read on every ground',
    (name) => {
      for (const ground of ['surface', 'canvas', 'sunken'] as const) {
        expect(contrast(palette[name], palette[ground])).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  test.each([['pass', 'passSoft'], ['fail', 'failSoft'], ['warn', 'warnSoft'], ['skip', 'skipSoft']] as const)(
    '%s can be read on its own tint',
    (name, tint) => {
      expect(contrast(palette[name], palette[tint])).toBeGreaterThanOrEqual(4.5);
      expect(contrast(palette.text, palette[tint])).toBeGreaterThanOrEqual(7);
    },
  );

  test('lines and bars stand out', () => {
    for (const name of ['blue', 'blueMid', 'orange', 'teal', 'violet'] as const) {
      expect(contrast(palette[name], palette.surface)).toBeGreaterThanOrEqual(3);
    }
  });

  test('each phase has a colour of its own', () => {
    const colours = kPhases.map((phase) => palette.phases[phase]);
    expect(new Set(colours).size).toBe(kPhases.length);
    expect(colours).not.toContain(undefined);
  });
});

test('CSS has every colour of both themes, and paper is light', () => {
  const css = themeCss();
  expect(css).toContain(`--pass-soft:${light.passSoft}`);
  expect(css).toContain(`--phase-send_lag:${dark.phases.send_lag}`);
  expect(css).toMatch(new RegExp(`@media print\\{[^@]*--surface:${light.surface}`));
});
