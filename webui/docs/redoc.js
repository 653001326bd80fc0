// Relative to /redoc, so that it is found behind any prefix that a proxy puts before it. Search would need
// a worker made of a blob, which the page's policy does not allow.
const fonts = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
Redoc.init(
  'openapi.json',
  {
    disableSearch: true,
    hideDownloadButton: true,
    theme: { typography: { fontFamily: fonts, headings: { fontFamily: fonts } } },
  },
  document.getElementById('api'),
);
