import { existsSync, readFileSync } from 'node:fs';

import type { Plugin } from 'vite';

const kInside = ['react', 'react-dom', 'scheduler', 'echarts', 'zrender', 'tslib'];
const kFiles = ['NOTICE', 'LICENSE', 'LICENSE.txt', 'licenses/LICENSE-d3'];

function textOf(name: string): string {
  const folder = new URL(`../node_modules/${name}/`, import.meta.url);
  const texts = kFiles
    .map((file) => new URL(file, folder))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8').trim());
  if (texts.length === 0) throw new Error(`node_modules/${name} has no licence`);
  return `${name}\n\n${texts.join('\n\n')}`;
}

// Minifying takes away the libraries' notices, which their licences want kept: they stand at the
// end of the page, in a comment.
export function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html) => {
        const texts = kInside.map(textOf).join(`\n\n${'_'.repeat(80)}\n\n`);
        // "--" would end the comment early for strict parsers.
        const comment = `<!--\nThis page contains:\n\n${texts.replace(/--+/g, '__')}\n-->`;
        return html.replace('</html>', () => `</html>\n${comment}`);
      },
    },
  };
}
