// Runs every file of scenarios/ in order of name. A scenario exports `title` and a default function
// that gets a browser; it fails by throwing. `node run.mjs answer` runs those whose name contains "answer".

import { readdirSync } from "node:fs";
import { launch } from "./support.mjs";

const folder = new URL("./scenarios/", import.meta.url);
const wanted = process.argv[2] ?? "";
const files = readdirSync(folder).filter((name) => name.endsWith(".mjs") && name.includes(wanted)).sort();
if (files.length === 0) {
    console.error(`no scenario matches "${wanted}"`);
    process.exit(1);
}

let failed = 0;
for (const file of files) {
    const { title, default: scenario } = await import(new URL(file, folder));
    const began = performance.now();
    const browser = await launch();
    try {
        await scenario(browser);
        console.log(`  ✔ ${file}: ${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
        failed += 1;
        console.error(`  ✘ ${file}: ${title}\n${error.stack}`);
    } finally {
        await browser.close();
    }
}
console.log(`browser checks: ${files.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
