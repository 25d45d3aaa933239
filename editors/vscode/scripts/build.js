// Bundles the extension into dist/extension.js.
'use strict';
require('esbuild').buildSync({
  absWorkingDir: require('node:path').join(__dirname, '..'),
  entryPoints: ['src/extension.js'],
  outfile: 'dist/extension.js',
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'cjs',
  target: 'node18',
  external: ['vscode'],
  logLevel: 'warning',
});
