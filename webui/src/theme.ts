// The one place for colours and sizes, dark and light. CSS reads them as variables (theme_css.ts),
// charts read them as values. Every text colour has a contrast of at least 4.5 on `surface`.

export interface Palette {
  canvas: string;
  surface: string;
  sunken: string;
  text: string;
  muted: string;
  line: string;
  grid: string;
  accent: string;
  pass: string;
  passSoft: string;
  fail: string;
  failSoft: string;
  warn: string;
  warnSoft: string;
  skip: string;
  skipSoft: string;
  // Series, told apart by lightness too.
  blue: string;
  blueMid: string;
  blueSoft: string;
  orange: string;
  teal: string;
  violet: string;
  phases: Record<string, string>;
}

export const light: Palette = {
  canvas: '#f6f6f4',
  surface: '#ffffff',
  sunken: '#f3f4f5',
  text: '#1a1d21',
  muted: '#5b636d',
  line: '#e2e4e7',
  grid: '#eceef0',
  accent: '#2b57c8',
  pass: '#14733f',
  passSoft: '#e6f4ec',
  fail: '#b92d23',
  failSoft: '#fcebe9',
  warn: '#8a5a00',
  warnSoft: '#fdf3dc',
  skip: '#5b636d',
  skipSoft: '#eff0f2',
  blue: '#1f4fbf',
  blueMid: '#5b8def',
  blueSoft: '#a9c4f5',
  orange: '#c8701a',
  teal: '#0c7a71',
  violet: '#7a4fc0',
  phases: {
    send_lag: '#9aa3ad',
    connect: '#b9c0c8',
    send: '#7d8792',
    parse: '#8a63d2',
    pre: '#b08ce6',
    queue: '#e0912f',
    batch: '#f2bd6b',
    infer: '#2f65d4',
    post: '#86adf3',
    write: '#5a3fa0',
    network: '#17968b',
    receive: '#7ccdc4',
  },
};

export const dark: Palette = {
  canvas: '#0f1215',
  surface: '#171b20',
  sunken: '#1e242a',
  text: '#e7eaee',
  muted: '#9da7b2',
  line: '#2b323a',
  grid: '#262d34',
  accent: '#86abff',
  pass: '#56c98c',
  passSoft: '#15291f',
  fail: '#ff8379',
  failSoft: '#331b1a',
  warn: '#e6b450',
  warnSoft: '#2e2513',
  skip: '#9da7b2',
  skipSoft: '#232a31',
  blue: '#a3c1ff',
  blueMid: '#6a94ea',
  blueSoft: '#4a6cb3',
  orange: '#eda354',
  teal: '#4cc0b5',
  violet: '#b597f2',
  phases: {
    send_lag: '#6d7782',
    connect: '#4e5761',
    send: '#8b95a0',
    parse: '#9b78e0',
    pre: '#c2a6f0',
    queue: '#e39a3d',
    batch: '#b87a2b',
    infer: '#5f92f5',
    post: '#9dbef8',
    write: '#7458c4',
    network: '#2fa79b',
    receive: '#83d3ca',
  },
};

export const sizes = {
  page: '1080px',
  gap: '24px',
  radius: '12px',
  radiusSmall: '6px',
  text: '15px',
  small: '13px',
  tiny: '12px',
  chartText: 12,
};

export const fonts = {
  sans: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif',
  mono: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
};

export const printWidthPx = 688; // A4 less 14 mm on each side, at 96 dpi.
