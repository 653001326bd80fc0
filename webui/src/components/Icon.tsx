// Verdicts have a shape of their own, so that none is told by colour alone.

export type Tone = 'pass' | 'fail' | 'warn' | 'skip' | 'info';

const kPaths: Record<Tone, string> = {
  pass: 'M6.5 12.5l3.6 3.600L17.500 8.500',
  fail: 'M8 8l8 8M16 8l-8 8',
  warn: 'M12 9.500v5M12 17.600v.3',
  skip: 'M7.500 12h9',
  info: 'M7 12h9.500M12.500 8l4 4-4 4',
};

export function Icon({ tone, size = 20 }: { tone: Tone; size?: number }) {
  return (
    <svg className={`icon tone-${tone}`} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      {tone === 'warn' ? (
        <path className="icon-shape" d="M12 2.500L23 21.500H1Z" strokeLinejoin="round" />
      ) : tone === 'fail' ? (
        <path className="icon-shape" d="M7.600 1.500h8.800l6.100 6.100v8.800l-6.100 6.100H7.600l-6.100-6.100V7.600Z" />
      ) : (
        <circle className="icon-shape" cx="12" cy="12" r="11" />
      )}
      <path
        className="icon-sign"
        d={kPaths[tone]}
        fill="none"
        strokeWidth="2.300"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
