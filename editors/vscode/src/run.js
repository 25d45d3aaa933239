// @ts-check
'use strict';

/**
 * What the server says of a play or task that can be run.
 * @typedef {{dir: string, args: string[], name: string, playbooks: string[]}} Run
 */

/**
 * Checks what came with a lens or as the answer to rehearse.taskCommand.
 * @param {any} r
 * @returns {Run}
 */
function asRun(r) {
  if (!r || typeof r.dir !== 'string' || !Array.isArray(r.args) || r.args[0] !== 'run' || !r.args.every((/** @type {any} */ a) => typeof a === 'string')) {
    throw new Error('the server did not say how to run this');
  }
  return { dir: r.dir, args: r.args, name: String(r.name || 'task'), playbooks: Array.isArray(r.playbooks) ? r.playbooks : [] };
}

/**
 * The same run through another of the playbooks that reach the task.
 * @param {Run} r
 * @param {string} playbook
 * @returns {Run}
 */
function through(r, playbook) {
  const args = r.args.slice();
  const i = args.lastIndexOf(r.playbooks[0]);
  if (i > 0) args[i] = playbook;
  return { ...r, args };
}

module.exports = { asRun, through };
