import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';
import { defineConfig } from 'vitest/config';

// The built page may run what is written inside it and nothing else: no request leaves the machine,
// even if a bug let text of a target become markup. Not in `npm run dev`, which loads modules.
function contentSecurityPolicy(): Plugin {
  const policy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: policy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

export default defineConfig({
  plugins: [react(), contentSecurityPolicy(), viteSingleFile()],
  build: {
    target: 'es2022',
    // One page an entry; the live page will be the second.
    rollupOptions: { input: 'report.html' },
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
  },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'] },
});
