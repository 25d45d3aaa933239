'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');
const { findProgram } = require('../src/program');

const base = { setting: '', extensionPath: '/ext', platform: 'linux', home: '/home/me', folder: '/ws', exists: () => true };

test('the setting wins', () => assert.equal(findProgram({ ...base, setting: '/opt/rehearse' }), '/opt/rehearse'));
test('~ is the home directory', () => assert.equal(findProgram({ ...base, setting: '~/bin/rehearse' }), path.join('/home/me', 'bin/rehearse')));
test('${workspaceFolder}', () => assert.equal(findProgram({ ...base, setting: '${workspaceFolder}/rehearse' }), '/ws/rehearse'));
test('the bundled program', () => assert.equal(findProgram(base), path.join('/ext', 'bin', 'rehearse')));
test('on Windows', () => assert.equal(findProgram({ ...base, platform: 'win32' }), path.join('/ext', 'bin', 'rehearse.exe')));
test('else PATH', () => assert.equal(findProgram({ ...base, exists: () => false }), 'rehearse'));
