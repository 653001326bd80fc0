import { Lines } from '../components/Callout';
import { Environment } from '../components/Environment';
import { Icon } from '../components/Icon';
import { RawJson } from '../components/RawJson';
import type { Prove } from '../data/types';
import { expression, plural } from '../format';
import { Hero } from './Hero';
import { StageList } from './StageList';
import { StageSection } from './StageSection';
import { sentence, tiles } from './summary';
import { toneOfProve } from './verdict';

// Part of the verdict itself: a READY never hides what it rests on.
function Caveats({ prove }: { prove: Prove }) {
  const parts = [
    prove.assumed.length > 0 ? `${plural(prove.assumed.length, 'thing')} assumed` : '',
    prove.skipped.length > 0 ? `${plural(prove.skipped.length, 'stage')} skipped` : '',
    prove.caveats.length > 0 ? `unlike production in ${plural(prove.caveats.length, 'way')}` : '',
    prove.interrupted ? 'ended by the user before its time' : '',
  ].filter(Boolean);
  if (parts.length === 0) return null;
  return (
    <p className="caveats">
      <a href="#caveats">{parts.join(', ')}</a>
    </p>
  );
}

export function ProveReport({ prove, source, json }: { prove: Prove; source: string; json: unknown }) {
  const tone = toneOfProve(prove.verdict);
  return (
    <>
      <Hero
        tone={tone}
        verdict={prove.verdict}
        subject={[prove.target.model, prove.target.url].filter(Boolean).join(' at ')}
        sentence={
          <>
            <p>{sentence(prove)}</p>
            {prove.headroom ? <p>{prove.headroom}.</p> : null}
            <Caveats prove={prove} />
          </>
        }
        tiles={tiles(prove)}
      />
      <div className="columns" id="caveats">
        <section className="card" aria-labelledby="why-title">
          <h2 id="why-title">Why {prove.verdict}</h2>
          {prove.reasons.length > 0 ? <Lines lines={prove.reasons} ordered /> : <p className="muted">{prove.verdict === 'READY' ? 'Every stage that ran passed.' : 'No reasons given.'}</p>}
          {prove.slo.length > 0 ? (
            <>
              <h3>Objectives</h3>
              <ul className="chips">
                {prove.slo.map((slo) => (
                  <li key={slo}>
                    <code>{expression(slo)}</code>
                  </li>
                ))}
              </ul>
            </>
          ) : null}
        </section>
        <section className="card" aria-labelledby="rests-title">
          <h2 id="rests-title">What it rests on</h2>
          <h3>
            <Icon tone="warn" size={16} /> Assumed
          </h3>
          {prove.assumed.length > 0 ? <Lines lines={prove.assumed} /> : <p className="muted">Nothing.</p>}
          <h3>
            <Icon tone="skip" size={16} /> Skipped
          </h3>
          {prove.skipped.length > 0 ? <Lines lines={prove.skipped} /> : <p className="muted">Nothing.</p>}
          {prove.caveats.length > 0 ? (
            <>
              <h3>
                <Icon tone="warn" size={16} /> Unlike production
              </h3>
              <Lines lines={prove.caveats} />
            </>
          ) : null}
        </section>
      </div>
      <StageList stages={prove.stages} />
      {prove.stages.map((stage, i) => (
        <StageSection key={`${i} ${stage.name}`} stage={stage} />
      ))}
      <Environment {...prove} more={[['Placement', prove.placement], ['Profile', prove.profile]]} />
      <RawJson source={source} json={json} name="mettle-prove.json" />
    </>
  );
}
