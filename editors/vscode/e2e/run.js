// Drives the packaged extension in a real VS Code workbench: code-server in headless Chromium.
//
//   CODE_SERVER=.../code-server/out/node/entry.js PLAYWRIGHT=.../playwright-core CHROMIUM=/usr/bin/chromium \
//     node e2e/run.js rehearse-linux-x64.vsix [SCREENSHOT-DIR]
//
// Not part of `npm test`: code-server is large. It prints one line for each check and exits 1 when one fails.
'use strict';

const { spawn, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const [vsix, shots] = process.argv.slice(2);
const { CODE_SERVER, PLAYWRIGHT, CHROMIUM = '/usr/bin/chromium' } = process.env;
if (!vsix || !CODE_SERVER || !PLAYWRIGHT) {
  console.error('usage: see the top of this file');
  process.exit(2);
}
const { chromium } = require(PLAYWRIGHT);

const project = {
  'ansible.cfg': '[defaults]\ninventory = hosts.ini\n',
  'hosts.ini': '[web]\nweb1 ansible_connection=local\nweb2 ansible_connection=local\n',
  'group_vars/web.yml': 'http_port: 8080\n',
  'host_vars/web2.yml': 'http_port: 9090\n',
  'site.yml': `---
- name: Web servers
  hosts: web
  gather_facts: false
  vars:
    greeting: Hello
  tasks:
    - name: Say hello
      ansible.builtin.debug:
        msg: "{{ greeting }} from port {{ http_port }}"

    - name: Another task
      ansible.builtin.debug:
        msg: other
`,
};

let failures = 0;
function check(name, ok, detail = '') {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}${ok || !detail ? '' : `: ${detail}`}`);
  if (!ok) failures++;
}

async function freePort() {
  return new Promise((resolve) => {
    const s = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => resolve(port));
    });
  });
}

async function main() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'rehearse-e2e-'));
  const ws = path.join(dir, 'project');
  for (const [name, text] of Object.entries(project)) {
    fs.mkdirSync(path.dirname(path.join(ws, name)), { recursive: true });
    fs.writeFileSync(path.join(ws, name), text);
  }
  const user = path.join(dir, 'user', 'User');
  fs.mkdirSync(user, { recursive: true });
  fs.writeFileSync(path.join(user, 'settings.json'), JSON.stringify({
    'security.workspace.trust.enabled': false, 'workbench.startupEditor': 'none', 'telemetry.telemetryLevel': 'off',
    'editor.fontFamily': 'DejaVu Sans Mono', 'editor.minimap.enabled': false, 'chat.commandCenter.enabled': false,
    'workbench.colorTheme': 'Default Light Modern', 'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'editor.hover.delay': 100, 'terminal.integrated.gpuAcceleration': 'off', 'terminal.integrated.fontSize': 12, 'window.commandCenter': false, 'extensions.ignoreRecommendations': true,
  }));
  const common = ['--user-data-dir', path.join(dir, 'user'), '--extensions-dir', path.join(dir, 'extensions')];
  execFileSync(process.execPath, [CODE_SERVER, ...common, '--install-extension', path.resolve(vsix)], { stdio: 'inherit' });

  const port = await freePort();
  const server = spawn(process.execPath, [CODE_SERVER, ...common, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`,
    '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', ws], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  server.stdout.on('data', (b) => { log += b; });
  server.stderr.on('data', (b) => { log += b; });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  try {
    for (let i = 0; i < 600 && !log.includes('HTTP server listening'); i++) await new Promise((r) => setTimeout(r, 100));
    const page = await browser.newPage({ viewport: { width: 960, height: 720 } });
    const file = `vscode-remote://127.0.0.1:${port}${path.join(ws, 'site.yml')}`;
    await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(ws)}&payload=${encodeURIComponent(JSON.stringify([['openFile', file]]))}`);
    await drive(page).catch(async (err) => {
      await shot(page, 'vscode-failure');
      throw err;
    });
  } finally {
    await browser.close();
    process.kill(-server.pid, 'SIGTERM');
    fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

async function shot(page, name, clip) {
  if (shots) await page.screenshot({ path: path.join(shots, `${name}.png`), clip });
}

async function drive(page) {
  const wait = { timeout: 60_000 };
  await page.waitForSelector('.monaco-editor .view-line', wait);
  await page.getByText('Ansible', { exact: true }).first().waitFor(wait);
  check('a playbook is Ansible', true);

  await page.getByText('Run task').first().waitFor(wait);
  check('a lens over the play', (await page.getByText('Run play').count()) === 1);
  check('a lens over each task', (await page.getByText('Run task').count()) === 2);
  await page.keyboard.press('Control+B').catch(() => {});

  // hover over a variable
  const line = page.locator('.view-line', { hasText: 'from port' });
  const box = await line.boundingBox();
  const word = await line.locator('span', { hasText: /^http_port$/ }).last().boundingBox().catch(() => null);
  await page.mouse.move((word ?? box).x + (word ? word.width / 2 : 330), (word ?? box).y + (word ?? box).height / 2);
  const hover = page.locator('.monaco-hover:visible', { hasText: '8080' });
  await hover.first().waitFor(wait);
  const text = await hover.first().innerText();
  check('hover names both hosts', text.includes('web1') && text.includes('web2') && text.includes('9090'), text);
  await shot(page, 'vscode-hover');
  await page.mouse.move(500, 600);

  // completion and a diagnostic of unsaved text
  await page.locator('.view-line', { hasText: 'msg: other' }).click();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.keyboard.type('verb', { delay: 30 });
  const suggest = page.locator('.suggest-widget:visible', { hasText: 'verbosity' });
  await suggest.waitFor(wait);
  check('completion offers the option', true);
  await shot(page, 'vscode-completion');
  await page.keyboard.press('Enter');
  await page.keyboard.type('{{', { delay: 20 });
  await page.locator('.squiggly-error').first().waitFor(wait);
  check('a squiggle in unsaved text', true);
  await page.keyboard.press('Control+Z');
  for (let i = 0; i < 12 && (await page.locator('.view-line', { hasText: 'verb' }).count()) > 0; i++) await page.keyboard.press('Control+Z');
  await page.waitForFunction(() => document.querySelectorAll('.squiggly-error').length === 0, null, wait);
  check('the squiggle goes away', true);

  // run one task
  await page.setViewportSize({ width: 960, height: 1000 }); // so that the panel holds the whole output
  // Lenses move while the editor lays itself out anew: a click may miss the first time.
  for (let i = 0; i < 5 && (await page.locator('.xterm').count()) === 0; i++) {
    await page.getByText('Run task').first().click();
    await page.locator('.xterm').first().waitFor({ timeout: 10_000 }).catch(() => {});
  }
  const rows = page.locator('.xterm-rows');
  await rows.filter({ hasText: 'PLAY RECAP' }).waitFor(wait);
  await page.locator('.terminal-tab, .single-terminal-tab').first().waitFor(wait).catch(() => {});
  const output = (await rows.innerText()).replaceAll('\u00a0', ' ');
  check('the run shows the chosen task', output.includes('Hello from port 8080') && output.includes('Hello from port 9090'), output);
  check('the run leaves out the other task', !output.includes('Another task'), output);
  await shot(page, 'vscode-run');
}

main().then(() => process.exit(failures ? 1 : 0), (err) => {
  console.error(err);
  process.exit(1);
});
