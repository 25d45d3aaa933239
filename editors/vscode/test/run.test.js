'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { asRun, through } = require('../src/run');

const run = { dir: '/p', args: ['run', '-i', 'site.yml', 'site.yml', '--task', 'site.yml:3'], name: 'x', playbooks: ['site.yml', 'b.yml'] };

test('takes what the server says', () => assert.deepEqual(asRun(run), run));
test('through another playbook', () => assert.deepEqual(through(run, 'b.yml').args, ['run', '-i', 'site.yml', 'b.yml', '--task', 'site.yml:3']));
for (const bad of [undefined, {}, { dir: '/p', args: ['rm', '-rf'] }, { dir: '/p', args: ['run', 1] }, { args: ['run'] }]) {
  test(`refuses ${JSON.stringify(bad)}`, () => assert.throws(() => asRun(bad), /did not say how to run/));
}
