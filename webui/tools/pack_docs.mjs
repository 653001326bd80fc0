// dist/docs: the pages /docs and /redoc with their libraries, compressed as C++ embeds and sends them.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const root = new URL('../', import.meta.url);
const text = (path) => readFileSync(new URL(path, root), 'utf8');
mkdirSync(new URL('dist/docs/', root), { recursive: true });

function pack(name, content) {
  writeFileSync(new URL(`dist/docs/${name}.gz`, root), gzipSync(content, { level: 9 }));
}

// Minifying took the notices out, and the licences want them kept. Source maps are not there to be asked for.
function library(path, licences) {
  const notices = licences.map(text).join('\n\n').replaceAll('*/', '* /');
  return `${text(path).replace(/\s*\/[/*]# sourceMappingURL=[^\s*]*(\*\/)?\s*$/, '')}\n/*\n${notices}\n*/\n`;
}

// The one thing that Redoc would fetch from elsewhere.
function withoutLogo(source) {
  const url = /https:\/\/cdn\.redoc\.ly\/[^"'`]*\.svg/g;
  if (!url.test(source)) throw new Error("redoc's logo is no longer where it was: see tools/pack_docs.mjs");
  return source.replace(url, 'data:,');
}

const swagger = 'node_modules/swagger-ui-dist/';
const redoc = 'node_modules/redoc/';
for (const name of ['docs.html', 'docs.js', 'redoc.html', 'redoc.js']) pack(name, text(`docs/${name}`));
pack('swagger-ui.css', library(`${swagger}swagger-ui.css`, [`${swagger}LICENSE`]));
pack(
  'swagger-ui-bundle.js',
  library(`${swagger}swagger-ui-bundle.js`, [
    `${swagger}LICENSE`,
    `${swagger}NOTICE`,
    `${swagger}swagger-ui-bundle.js.LICENSE.txt`,
  ]),
);
pack(
  'redoc.standalone.js',
  withoutLogo(
    library(`${redoc}bundles/redoc.standalone.js`, [
      `${redoc}LICENSE`,
      `${redoc}bundles/redoc.standalone.js.LICENSE.txt`,
    ]),
  ),
);
