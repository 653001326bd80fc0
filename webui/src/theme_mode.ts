// Which theme is shown, and whether the page is being laid out for paper. A store outside React,
// since printing must redraw charts before the browser takes its picture.

import { useSyncExternalStore } from 'react';

import { dark, light, type Palette } from './theme';

export interface Mode {
  theme: 'light' | 'dark';
  printing: boolean;
}

const kKey = 'mettle-theme';
const system = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();
let mode: Mode = { theme: chosen() ?? fromSystem(), printing: false };

function fromSystem(): Mode['theme'] {
  return system.matches ? 'dark' : 'light';
}

// Storage is refused to file:// pages by some browsers; then the choice lasts as long as the page.
function chosen(): Mode['theme'] | null {
  try {
    const value = localStorage.getItem(kKey);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null;
  }
}

function set(next: Partial<Mode>): void {
  mode = { ...mode, ...next };
  document.documentElement.dataset.theme = mode.theme;
  document.documentElement.classList.toggle('printing', mode.printing);
  for (const listener of listeners) listener();
}

export function toggleTheme(): void {
  const theme = mode.theme === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(kKey, theme);
  } catch {
    // See chosen().
  }
  set({ theme });
}

export function watchMode(): void {
  set({});
  system.addEventListener('change', () => set({ theme: chosen() ?? fromSystem() }));
  window.addEventListener('beforeprint', () => set({ printing: true }));
  window.addEventListener('afterprint', () => set({ printing: false }));
}

export function currentMode(): Mode {
  return mode;
}

export function onMode(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function paletteOf(at: Mode): Palette {
  return at.theme === 'dark' && !at.printing ? dark : light;
}

export function useMode(): Mode {
  return useSyncExternalStore(onMode, currentMode);
}
