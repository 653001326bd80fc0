// Relative to /docs, so that it is found behind any prefix that a proxy puts before it.
SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#api',
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null, // It would send the document elsewhere.
});
