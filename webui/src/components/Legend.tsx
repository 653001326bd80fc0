// What the marks of a chart mean, in the page's own text: it wraps, prints and is read aloud.

import { useMode, paletteOf } from '../theme_mode';
import type { Palette } from '../theme';

export interface LegendItem {
  name: string;
  colour: (palette: Palette) => string;
  path?: string; // In a box of 100 by 100; else a square.
  note?: string;
}

export function Legend({ items }: { items: LegendItem[] }) {
  const palette = paletteOf(useMode());
  return (
    <ul className="legend">
      {items.map((item) => (
        <li key={item.name}>
          <svg width="11" height="11" viewBox="0 0 100 100" aria-hidden="true" fill={item.colour(palette)}>
            {item.path ? <path d={item.path} /> : <rect width="100" height="100" rx="20" />}
          </svg>
          {item.name}
          {item.note ? <span className="muted"> {item.note}</span> : null}
        </li>
      ))}
    </ul>
  );
}
