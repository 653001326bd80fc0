// theme.ts as CSS variables: --text, --pass-soft, --phase-send_lag, …

import { dark, fonts, light, type Palette, printWidthPx, sizes } from './theme';

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function variables(palette: Palette): string {
  const { phases, ...colours } = palette;
  return [
    ...Object.entries(colours).map(([name, value]) => `--${kebab(name)}:${value};`),
    ...Object.entries(phases).map(([name, value]) => `--phase-${name}:${value};`),
  ].join('');
}

export function themeCss(): string {
  const fixed = [
    ...Object.entries(sizes).map(([name, value]) => `--size-${kebab(name)}:${value};`),
    ...Object.entries(fonts).map(([name, value]) => `--font-${name}:${value};`),
    `--size-print:${printWidthPx}px;`,
  ].join('');
  return [
    `:root{${fixed}${variables(light)}color-scheme:light}`,
    `:root[data-theme=dark]{${variables(dark)}color-scheme:dark}`,
    `@media print{:root,:root[data-theme=dark]{${variables(light)}color-scheme:light}}`,
  ].join('\n');
}

export function installTheme(): void {
  const style = document.createElement('style');
  style.textContent = themeCss();
  document.head.prepend(style);
}
