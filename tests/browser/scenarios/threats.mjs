// An analyst looks through threats: the list, one advisory with everything known about it, and why one company. Every
// page stands at every width, light and dark. TUERMER_SHOTS=DIR keeps pictures of them.

import { readFileSync } from "node:fs";
import { Home, expect, inspect, openPage, setUp, submit } from "../support.mjs";

export const title = "an analyst finds what concerns members, and sees what is known and what is not";

const FIXTURES = new URL("../../../crates/tuermer-formats/tests/fixtures/", import.meta.url);
const fixture = (name) => readFileSync(new URL(name, FIXTURES), "utf8");

const MEMBERS = `external_id,name,street,postcode,city,country,language,contact_name,email,phone
M-1,<script>alert(1)</script> Metallbau GmbH,Weg 1,57072,Siegen,DE,de,Anna Alt,anna@alt.example,+49 271 1234567
M-2,Beta Aktiengesellschaft,Weg 2,57072,Siegen,DE,en,Bea Beta,bea@beta.example,+49 271 1234568
M-3,Gamma KG,Weg 3,57462,Olpe,DE,de,,,
M-4,Delta OHG,Weg 4,57462,Olpe,DE,de,Dora Delta,dora@delta.example,
`;
const INVENTORY = `external_id,vendor,product,version,build,hostname,source,observed_at,note
M-1,Beispiel GmbH,Gateway,4.1.0,,gw.alt.example,provider,2026-02-20,
M-2,Beispiel GmbH,Gateway,4.2.0,,gw,provider,2026-02-20,
M-3,Beispiel GmbH,Gateway,,,gw,provider,2026-02-20,
M-4,Microsoft,Exchange Server 2016,CU19,15.1.2176.2,mail,provider,2026-02-20,
`;

/** An advisory about a product nobody has; its words try to be markup. */
const elsewhere = (number) =>
    fixture("csaf-generic.json")
        .replaceAll("BG-2026-0001", `BG-2026-${number}`)
        .replaceAll("Gateway", `Werkbank ${number}`)
        .replaceAll("CVE-2026-1000", `CVE-2026-${number}`)
        .replace("code execution \\u202eand more", "<img src=x onerror=alert(1)> \\u0026lt;b");

/** Signs of today at two members; one line nobody can read, one whose words try to be markup. */
function signs() {
    const event = (ip, type, more) => JSON.stringify({ "feed.name": "<b>Sensor</b>", "time.source": new Date().toISOString(), "classification.type": type, "source.ip": ip, ...more });
    return [event("192.0.2.3", "system-compromise", { "product.name": "<img src=x onerror=alert(1)>" }), event("198.51.100.4", "vulnerable-system", {}), event("203.0.113.9", "scanner", {}), "{\"source.ip\": 7}"].join("\n") + "\n";
}

export default async function (browser) {
    const home = new Home();
    try {
        home.tuermer("import", "members", home.file("m.csv", MEMBERS));
        home.tuermer("import", "inventory", home.file("i.csv", INVENTORY));
        home.tuermer("ingest", home.file("generic.json", fixture("csaf-generic.json")));
        const newer = fixture("csaf-generic.json").replaceAll('"1.1.0"', '"1.2.0"').replace("Filter port 8443", "Filter ports 8443 and 8444").replace('"fixed": ["GW-420"]', '"known_not_affected": ["GW-420"]');
        home.tuermer("ingest", home.file("newer.json", newer));
        home.tuermer("ingest", home.file("exchange.json", fixture("csaf-exchange.json")));
        home.tuermer("ingest", home.file("kev.json", fixture("kev-three.json")));
        for (let number = 2001; number < 2056; number += 1) home.tuermer("ingest", home.file(`${number}.json`, elsewhere(number)));
        home.tuermer("ingest", home.file("broken.json", fixture("csaf-generic.json").replace('"baseScore": 9.8', '"baseScore": 9.7')), { fails: true });
        home.tuermer("import", "networks", home.file("n.csv", "external_id,kind,value\nM-1,network,192.0.2.0/28\nM-2,network,198.51.100.0/28\n"));
        home.tuermer("ingest", "--grade", "B2", home.file("signs.jsonl", signs()));
        home.tuermer("run", "--once");
        home.tuermer("feed", "add", "kev", "--untested");
        home.tuermer("feed", "add", "csaf", "https://localhost:9/.well-known/csaf/provider-metadata.json", "--allow-private", "localhost", "--untested");
        home.tuermer("feed", "add", "atom", "https://nachrichten.beispiel.example/feed.xml", "--untested");
        home.tuermer("feed", "pause", "kev");
        home.tuermer("feed", "pause", "nachrichten.beispiel.example");
        home.tuermer("feed", "pull", "localhost", { fails: true });
        const address = await home.serve();

        const analyst = await openPage(browser);
        await setUp(analyst, address, home.setupLink, "k.weber");
        await analyst.goto(`${address}/meldungen`);
        for (let tries = 0; tries < 60 && !(await analyst.locator("main").innerText()).includes("BG-2026-0001"); tries += 1) {
            await analyst.waitForTimeout(500);
            await analyst.reload();
        }
        const listed = await analyst.locator("main").innerText();
        expect(!listed.includes("Werkbank"), "a threat that concerns nobody stands among those that concern members");
        await inspect(analyst, "meldungen-betreffen");
        await analyst.goto(`${address}/meldungen?nur=all`);
        expect((await analyst.locator("tbody tr").first().innerText()).includes("BG-2026-0001") || (await analyst.locator("tbody tr").first().innerText()).includes("TC-2021-0001"), "the list does not begin with what concerns members");
        await inspect(analyst, "meldungen-alle");
        await analyst.fill("#suche", "CVE-2026-20170");
        await submit(analyst, () => analyst.keyboard.press("Enter"));
        await inspect(analyst, "meldungen-suche");
        await analyst.goto(`${address}/meldung/BG-2026-0001`);
        await inspect(analyst, "meldung-hinweis");
        await analyst.goto(`${address}/meldung/TC-2021-0001`);
        await inspect(analyst, "meldung-exchange");
        await analyst.goto(`${address}/meldung/BG-2026-0001/firma/M-1`);
        await inspect(analyst, "meldung-warum");
        await analyst.goto(`${address}/meldung/BG-2026-0001/fassungen`);
        await inspect(analyst, "fassungen");
        await analyst.goto(`${address}/meldung/BG-2026-0001`);
        await analyst.fill("#worte", "Beim Hersteller nachgefragt: Auch <b>4.0</b> ist betroffen.\nRückruf bis Freitag.");
        await submit(analyst, "form[action$='/anmerkung'] button");
        await submit(analyst, "form[action$='/gelesen'] button");
        expect(analyst.url().endsWith("#anmerkungen"), `reading led to ${analyst.url()}`);
        await inspect(analyst, "meldung-angemerkt");
        await analyst.goto(`${address}/zeichen`);
        expect((await analyst.locator("main").innerText()).includes("2 Zeichen bei 2 Mitgliedern, davon 1 von Angriffen"), await analyst.locator("main").innerText());
        await inspect(analyst, "zeichen");
        await analyst.goto(`${address}/quellen`);
        await inspect(analyst, "quellen");
        await analyst.click("#neu summary");
        await analyst.fill("#url", "http://unsicher.example/");
        await submit(analyst, "#neu button");
        expect((await analyst.locator(".errors").count()) > 0, "an address without TLS was taken as a source");
        await inspect(analyst, "quellen-fehler");
        await analyst.goto(`${address}/leseliste`);
        await inspect(analyst, "leseliste");
        await analyst.goto(`${address}/heute`);
        await inspect(analyst, "heute-meldungen");
    } finally {
        home.close();
    }
}
