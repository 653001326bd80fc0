import react from '@vitejs/plugin-react';
import { viteSingleFile } from 'vite-plugin-singlefile';
import { defineConfig } from 'vitest/config';

import { contentSecurityPolicy } from './tools/vite_csp';
import { licences } from './tools/vite_licences';

export default defineConfig({
  plugins: [react(), contentSecurityPolicy(), viteSingleFile(), licences()],
  build: {
    target: 'es2022',
    // One page an entry; the live page will be the second.
    rollupOptions: { input: 'report.html' },
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
  },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'] },
});
