// @ts-check
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const vscode = require('vscode');
const { LanguageClient, RevealOutputChannelOn } = require('vscode-languageclient/node');
const { isPlaybook } = require('./detect');
const { findProgram } = require('./program');
const { asRun, through } = require('./run');

/** @type {LanguageClient | undefined} */
let client;

/** @param {vscode.ExtensionContext} context */
async function activate(context) {
  const output = vscode.window.createOutputChannel('Rehearse');
  context.subscriptions.push(
    output,
    vscode.workspace.onDidOpenTextDocument(detect),
    vscode.commands.registerCommand('rehearse.run', (run) => start(context, asRun(run))),
    vscode.commands.registerCommand('rehearse.runTask', () => runAtCursor(context)),
    vscode.commands.registerCommand('rehearse.restart', async () => {
      await stop();
      await serve(context, output);
    }),
    vscode.workspace.onDidChangeConfiguration(async (e) => {
      if (e.affectsConfiguration('rehearse.path')) {
        await stop();
        await serve(context, output);
      }
    }),
  );
  vscode.workspace.textDocuments.forEach(detect);
  await serve(context, output);
}

async function deactivate() {
  await stop();
}

/** @param {vscode.ExtensionContext} context */
function program(context) {
  return findProgram({
    setting: vscode.workspace.getConfiguration('rehearse').get('path', ''),
    extensionPath: context.extensionPath,
    platform: process.platform,
    home: os.homedir(),
    folder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    exists: fs.existsSync,
  });
}

/** Settings as the server wants them. */
function settings() {
  const c = vscode.workspace.getConfiguration('rehearse');
  return { inventory: c.get('inventory'), lint: c.get('lint'), diagnostics: c.get('diagnostics'), codeLens: c.get('codeLens') };
}

/**
 * @param {vscode.ExtensionContext} context
 * @param {vscode.OutputChannel} output
 */
async function serve(context, output) {
  const command = program(context);
  const executable = { command, args: ['lsp'] };
  client = new LanguageClient('rehearse', 'Rehearse', { run: executable, debug: executable }, {
    documentSelector: [
      { language: 'ansible', scheme: 'file' },
      { language: 'ansible', scheme: 'untitled' },
      { language: 'jinja', scheme: 'file' },
    ],
    initializationOptions: settings(),
    synchronize: { configurationSection: 'rehearse' },
    outputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
  });
  try {
    await client.start();
  } catch (err) {
    output.appendLine(`${command} lsp: ${err}`);
    void vscode.window.showErrorMessage(`Rehearse: the language server (${command}) did not start. Set rehearse.path, or see the output "Rehearse".`);
  }
}

async function stop() {
  const c = client;
  client = undefined;
  if (c?.isRunning()) await c.stop();
}

/** @param {vscode.TextDocument} doc */
function detect(doc) {
  if (doc.languageId === 'yaml' && doc.uri.scheme === 'file' && isPlaybook(doc.getText(new vscode.Range(0, 0, 200, 0)))) {
    void vscode.languages.setTextDocumentLanguage(doc, 'ansible');
  }
}

/** @param {vscode.ExtensionContext} context */
async function runAtCursor(context) {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !client?.isRunning()) {
    void vscode.window.showErrorMessage('Rehearse: open a playbook or a tasks file first.');
    return;
  }
  try {
    const answer = await client.sendRequest('workspace/executeCommand', {
      command: 'rehearse.taskCommand',
      arguments: [{ uri: client.code2ProtocolConverter.asUri(editor.document.uri), position: client.code2ProtocolConverter.asPosition(editor.selection.active) }],
    });
    await start(context, asRun(answer));
  } catch (err) {
    void vscode.window.showErrorMessage(`Rehearse: ${err instanceof Error ? err.message : err}`);
  }
}

/**
 * Runs a play or task in a terminal panel. Unsaved files are written first: it is the files that run.
 * @param {vscode.ExtensionContext} context
 * @param {import('./run').Run} run
 */
async function start(context, run) {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showErrorMessage('Rehearse: nothing is run in a workspace that is not trusted.');
    return;
  }
  if (run.playbooks.length > 1) {
    const chosen = await vscode.window.showQuickPick(run.playbooks, { placeHolder: `Playbook to run "${run.name}" through` });
    if (!chosen) return;
    run = through(run, chosen);
  }
  await vscode.workspace.saveAll(false);
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(run.dir)) ?? vscode.TaskScope.Workspace;
  const task = new vscode.Task({ type: 'rehearse', task: run.name }, folder, run.name, 'rehearse', new vscode.ProcessExecution(program(context), run.args, { cwd: run.dir }));
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated, clear: true, echo: false, showReuseMessage: false };
  await vscode.tasks.executeTask(task);
}

module.exports = { activate, deactivate };
