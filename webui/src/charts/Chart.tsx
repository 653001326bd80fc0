// A figure with one ECharts drawing. Redrawn when its width, the theme or the medium changes; for
// paper at once, since the browser takes its picture when the `beforeprint` listeners return.

import { type ReactNode, useEffect, useRef } from 'react';

import type { Palette } from '../theme';
import { currentMode, onMode, paletteOf } from '../theme_mode';
import { init, type Option } from './echarts';

export type Draw = (palette: Palette, width: number) => Option;

interface Props {
  label: string; // What the picture shows, for those who can't see it.
  height: number | ((width: number) => number);
  draw: Draw;
  caption?: ReactNode;
}

export function Chart({ label, height, draw, caption }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const heightAt = typeof height === 'number' ? () => height : height;
  const latest = useRef({ draw, heightAt });
  latest.current = { draw, heightAt };

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const chart = init(element, null, { renderer: 'svg', width: 10, height: 10 });
    let drawn = '';
    const redraw = () => {
      const width = element.clientWidth;
      const mode = currentMode();
      const key = `${width} ${mode.theme} ${mode.printing}`;
      if (width === 0 || key === drawn) return;
      drawn = key;
      const tall = latest.current.heightAt(width);
      element.style.height = `${tall}px`;
      chart.resize({ width, height: tall });
      chart.setOption({ animation: false, ...latest.current.draw(paletteOf(mode), width) }, true);
      chart.getZr().flush();
    };
    redraw();
    const observer = new ResizeObserver(redraw);
    observer.observe(element);
    const forget = onMode(redraw);
    return () => {
      observer.disconnect();
      forget();
      chart.dispose();
    };
  }, [draw]);

  return (
    <figure className="chart">
      <div ref={box} className="chart-box" role="img" aria-label={label} />
      {caption ? <figcaption>{caption}</figcaption> : null}
    </figure>
  );
}
