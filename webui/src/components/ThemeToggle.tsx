import { toggleTheme, useMode } from '../theme_mode';

export function ThemeToggle() {
  const next = useMode().theme === 'dark' ? 'light' : 'dark';
  return (
    <button type="button" className="quiet screen-only" onClick={toggleTheme} aria-label={`Show in ${next} colours`}>
      <svg width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
        {next === 'dark' ? (
          <path d="M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500Z" strokeLinejoin="round" />
        ) : (
          <path d="M12 7.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9ZM12 1.500v2M12 20.500v2M1.500 12h2M20.500 12h2M4.600 4.600L6 6M18 18l1.400 1.400M4.600 19.400L6 18M18 6l1.400-1.400" strokeLinecap="round" />
        )}
      </svg>
    </button>
  );
}
