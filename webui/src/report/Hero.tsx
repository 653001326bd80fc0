// The verdict: icon, word and colour, one sentence, and the numbers to take home.

import type { ReactNode } from 'react';

import { Icon, type Tone } from '../components/Icon';
import { type Tile, Tiles } from '../components/Tiles';

interface Props {
  tone: Tone;
  verdict: string;
  sentence: ReactNode;
  subject: string;
  tiles: Tile[];
}

export function Hero({ tone, verdict, sentence, subject, tiles }: Props) {
  return (
    <section className={`card hero tone-${tone}`} aria-labelledby="verdict">
      <div className="hero-verdict">
        <Icon tone={tone} size={56} />
        <div>
          <p className="hero-subject">{subject}</p>
          <h1 id="verdict">{verdict}</h1>
        </div>
      </div>
      <div className="hero-sentence">{sentence}</div>
      <Tiles tiles={tiles} />
    </section>
  );
}
