import type { ReactNode } from 'react';

import { Icon, type Tone } from './Icon';

export function Callout({ tone, title, children }: { tone: Tone; title: string; children: ReactNode }) {
  return (
    <aside className={`callout tone-${tone}`} aria-label={title}>
      <Icon tone={tone} size={20} />
      <div>
        <h3>{title}</h3>
        {children}
      </div>
    </aside>
  );
}

// `commands` in backticks are set as code.
function withCode(line: string): ReactNode[] {
  return line.split(/`([^`]+)`/).map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part));
}

export function Lines({ lines, ordered = false }: { lines: string[]; ordered?: boolean }) {
  const items = lines.map((line, i) => <li key={i}>{withCode(line)}</li>);
  return ordered ? <ol className="lines">{items}</ol> : <ul className="lines">{items}</ul>;
}
