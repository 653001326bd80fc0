import '../styles/base.css';
import '../styles/parts.css';
import '../styles/report.css';
import '../styles/print.css';

import { createRoot } from 'react-dom/client';

import { installTheme } from '../theme_css';
import { watchMode } from '../theme_mode';
import { App } from './App';

installTheme();
watchMode();
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
