import type { Plugin } from 'vite';

// The built page may run what is written inside it and nothing else: no request leaves the machine,
// even if a bug let text of a target become markup. Not in `npm run dev`, which loads modules.
export function contentSecurityPolicy(): Plugin {
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
