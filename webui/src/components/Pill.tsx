import { Icon, type Tone } from './Icon';

export function Pill({ tone, word }: { tone: Tone; word: string }) {
  return (
    <span className={`pill tone-${tone}`}>
      <Icon tone={tone} size={14} />
      {word}
    </span>
  );
}
