// What the scenarios share: a fresh data directory, the binary, its pages, and the accessibility check.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const binary = process.env.TUERMER_BIN ?? new URL("../../target/debug/tuermer", import.meta.url).pathname;

/** The widths a page must stand: a small phone, a phone, a desktop. */
export const WIDTHS = [320, 360, 1280];

/** A port nobody listens on. */
export function freePort() {
    return new Promise((resolve, reject) => {
        const probe = createServer();
        probe.once("error", reject);
        probe.listen(0, "127.0.0.1", () => {
            const { port } = probe.address();
            probe.close(() => resolve(port));
        });
    });
}

/** A fresh data directory made with `init --drill`, and the binary with `--data` set. */
export class Home {
    constructor() {
        this.directory = mkdtempSync(join(tmpdir(), "tuermer-browser."));
        this.data = join(this.directory, "data");
        this.processes = [];
        this.setupLink = JSON.parse(this.tuermer("--json", "init", "--drill")).setup_link;
    }

    /** Runs the binary and returns its stdout; a failure throws with what it said, unless `{ fails: true }` is the last argument. */
    tuermer(...args) {
        const { fails } = typeof args.at(-1) === "object" ? args.pop() : {};
        const run = spawnSync(binary, ["--data", this.data, "--lang", "de", "--no-input", ...args], { encoding: "utf8", env: this.environment() });
        if ((run.status !== 0) !== Boolean(fails)) throw new Error(`tuermer ${args.join(" ")}: ${run.status} ${run.stderr}`);
        return run.stdout;
    }

    /** Writes a file beside the data directory and returns its path. */
    file(name, content) {
        const path = join(this.directory, name);
        writeFileSync(path, content);
        return path;
    }

    /** Changes a line `key = …` of tuermer.toml. */
    configure(key, value) {
        const path = join(this.data, "tuermer.toml");
        const text = readFileSync(path, "utf8");
        const changed = text.replace(new RegExp(`^${key} = .*$`, "m"), `${key} = ${JSON.stringify(value)}`);
        if (changed === text) throw new Error(`tuermer.toml has no line ${key}`);
        writeFileSync(path, changed);
    }

    /** Serves the pages on a free port and returns their address once they answer. */
    async serve(...args) {
        const port = await freePort();
        const address = `http://127.0.0.1:${port}`;
        this.configure("listen", `127.0.0.1:${port}`);
        this.configure("base_url", address);
        const child = spawn(binary, ["--data", this.data, "--lang", "de", "serve", ...args], { env: this.environment(), stdio: ["ignore", "ignore", "pipe"] });
        this.processes.push(child);
        let said = "";
        child.stderr.on("data", (chunk) => (said += chunk));
        const deadline = Date.now() + 20_000;
        for (;;) {
            try {
                await fetch(address, { redirect: "manual" });
                return address;
            } catch {
                if (child.exitCode !== null || Date.now() > deadline) throw new Error(`tuermer serve does not answer: ${said}`);
                await new Promise((resolve) => setTimeout(resolve, 50));
            }
        }
    }

    environment() {
        const { TUERMER_DATA: _, ...environment } = process.env;
        return { ...environment, NO_COLOR: "1" };
    }

    /** Stops what was started and removes the directory. */
    close() {
        for (const child of this.processes) child.kill("SIGTERM");
        rmSync(this.directory, { recursive: true, force: true });
    }
}

/** Debian's chromium, headless. */
export function launch() {
    return chromium.launch({ executablePath: process.env.TUERMER_CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
}

/** A page; every script error and every request to another host is a failure. */
export async function openPage(browser, { width = 1280, dark = false, javaScript = true } = {}) {
    const context = await browser.newContext({
        viewport: { width, height: 800 },
        colorScheme: dark ? "dark" : "light",
        javaScriptEnabled: javaScript,
        locale: "de-DE",
    });
    const page = await context.newPage();
    page.complaints = [];
    page.on("pageerror", (error) => page.complaints.push(`script error: ${error.message}`));
    page.on("request", (request) => {
        const host = new URL(request.url()).hostname;
        if (host && host !== "127.0.0.1" && host !== "localhost") page.complaints.push(`request to another host: ${request.url()}`);
    });
    return page;
}

/** axe-core (WCAG 2.2 A and AA) finds nothing, the page does not scroll sideways, and nothing was complained about. */
export async function checkPage(page, name) {
    const width = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    if (width[0] > width[1]) throw new Error(`${name}: ${width[0]} px wide in a window of ${width[1]} px`);
    // Evaluated by the debugger, so that the page's own Content-Security-Policy can stay strict.
    await page.evaluate(axeSource);
    const { violations } = await page.evaluate(() =>
        globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
    );
    const found = violations.map((violation) => `${violation.id}: ${violation.help} (${violation.nodes.map((node) => node.target).join(", ")})`);
    const complaints = [...found, ...page.complaints];
    if (complaints.length > 0) throw new Error(`${name}:\n  ${complaints.join("\n  ")}`);
}

/**
 * Submits a form or follows a link – a selector to click, or a function that presses a key – and returns once the new
 * document has loaded. Waiting for an address is no substitute: the old page may already have it.
 */
export async function submit(page, act) {
    await Promise.all([page.waitForEvent("load"), typeof act === "string" ? page.click(act) : act()]);
}

/** An expectation with its words. */
export function expect(condition, words) {
    if (!condition) throw new Error(words);
}

/** The password of every account of these scenarios. */
export const PASSWORD = "vier zufaellige woerter";

/** Looks at the page in every width, light and dark. */
export async function inspect(page, name) {
    for (const dark of [false, true]) {
        await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
        for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 800 });
            if (process.env.TUERMER_SHOTS) {
                // Heads of tables stick to the window; a picture of the whole page is taken from its top.
                await page.evaluate(() => window.scrollTo(0, 0));
                await page.screenshot({ path: `${process.env.TUERMER_SHOTS}/${name}-${width}${dark ? "-dark" : ""}.png`, fullPage: true });
            }
            await checkPage(page, `${name} at ${width} px${dark ? ", dark" : ""}`);
        }
    }
    await page.emulateMedia({ colorScheme: "light" });
}

/** Sets an account up behind its one-time link. */
export async function setUp(page, address, link, name) {
    await page.goto(`${address}/einrichten#${new URL(link).hash.slice(1)}`);
    expect((await page.inputValue("#token")).length > 20, "the script did not copy the key from the link");
    expect(!page.url().includes("#"), "the key still stands in the address line");
    await inspect(page, "einrichten");
    await submit(page, "main button");
    if (name) await page.fill("#name", name);
    await inspect(page, "einrichten-2");
    await page.fill("#password", PASSWORD);
    await page.fill("#again", PASSWORD);
    await submit(page, "main button");
    expect(page.url().endsWith("/heute"), `the account is set up, but the page is ${page.url()}`);
}
