'use strict';
// The manifest, the grammars and the code must agree: VS Code says nothing when they do not.
const { test } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const code = fs.readFileSync(path.join(root, 'src', 'extension.js'), 'utf8');

test('every command is registered', () => {
  for (const { command } of manifest.contributes.commands) assert.ok(code.includes(`registerCommand('${command}'`), command);
});
test('every setting is read', () => {
  for (const name of Object.keys(manifest.contributes.configuration.properties)) {
    if (name === 'rehearse.trace.server') continue; // read by the client library
    assert.ok(code.includes(`'${name.replace('rehearse.', '')}'`), name);
  }
});
test('every grammar is there and is JSON', () => {
  for (const g of manifest.contributes.grammars) {
    const grammar = JSON.parse(fs.readFileSync(path.join(root, g.path), 'utf8'));
    assert.equal(grammar.scopeName, g.scopeName);
  }
});
test('every pattern of the grammars compiles', () => {
  for (const g of manifest.contributes.grammars) {
    const text = fs.readFileSync(path.join(root, g.path), 'utf8');
    for (const [, pattern] of text.matchAll(/"(?:match|begin|end)": ("(?:[^"\\]|\\.)*")/g)) {
      assert.doesNotThrow(() => new RegExp(JSON.parse(pattern).replace('\\G', '')), pattern);
    }
  }
});
