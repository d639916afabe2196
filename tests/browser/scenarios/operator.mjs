// Two people in two browsers: set-up by link, a threat by form, draft, submit, approve, follow. Every page on the way
// stands at every width, light and dark. TUERMER_SHOTS=DIR keeps pictures of them.

import { Home, PASSWORD, expect, inspect, openPage, setUp, submit } from "../support.mjs";

export const title = "an officer and an approver warn a region, by keyboard and without scripts";

const MEMBERS = `external_id,name,street,postcode,city,country,language,contact_name,email,phone
M-1,<script>alert(1)</script> Metallbau GmbH,Weg 1,57072,Siegen,DE,de,Anna Alt,anna@alt.example,+49 271 1234567
M-2,Beta Aktiengesellschaft,Weg 2,57072,Siegen,DE,en,Bea Beta,bea@beta.example,+49 271 1234568
M-3,Gamma KG,Weg 3,57462,Olpe,DE,de,,,
`;
const INVENTORY = `external_id,vendor,product,version,build,hostname,source,observed_at,note
M-1,Microsoft,Exchange Server 2016,CU19,15.1.2176.2,mail,provider,2021-02-20,
M-2,Microsoft,Exchange Server 2016,,,mail,provider,2021-02-20,
M-3,Microsoft,Exchange Server 2016,CU19,15.1.2176.2,mail,provider,2021-02-20,
`;

/** Presses Tab until the element has the focus; a person without a mouse must get there. */
async function tabTo(page, selector) {
    await page.evaluate(() => document.activeElement?.blur());
    for (let presses = 1; presses <= 80; presses += 1) {
        await page.keyboard.press("Tab");
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    }
    throw new Error(`${selector} is not reached by keyboard`);
}

export default async function (browser) {
    const home = new Home();
    try {
        home.tuermer("import", "members", home.file("m.csv", MEMBERS));
        home.tuermer("import", "inventory", home.file("i.csv", INVENTORY));
        const invitation = home.tuermer("user", "add", "m.klein", "--role", "approver").trim().split("\n").find((line) => line.includes("#"));
        const address = await home.serve();

        const officer = await openPage(browser);
        await setUp(officer, address, home.setupLink, "k.weber");
        await inspect(officer, "heute-leer");

        await officer.goto(`${address}/meldung/neu`);
        await submit(officer, "main form button.pri");
        expect((await officer.locator(".errors").count()) > 0, "an empty threat was taken");
        await inspect(officer, "meldung-neu-fehler");
        await officer.fill("#title", "Microsoft Exchange Server: vier Lücken werden angegriffen");
        await officer.fill("#product", "Microsoft Exchange Server");
        await officer.fill("#vendor", "Microsoft");
        await officer.fill("#cves", "CVE-2021-26855 CVE-2021-27065");
        await officer.fill("#source_url", "https://msrc.example/blog");
        await officer.fill("#remedy", "Update vom 2. März einspielen und nach Spuren suchen.");
        await officer.check("#level-4");
        await submit(officer, "main form button.pri");
        expect(!officer.url().endsWith("/neu"), "the threat was not taken");
        // The stations judge in the background; the page shows it when it is asked again.
        await officer.getByText("Gamma KG").waitFor({ timeout: 1000 }).catch(() => {});
        for (let tries = 0; tries < 30 && (await officer.getByText("Gamma KG").count()) === 0; tries += 1) {
            await officer.getByText("Gamma KG").waitFor({ timeout: 500 }).catch(() => {});
            await officer.reload();
        }
        expect((await officer.getByText("Gamma KG").count()) > 0, "nobody was judged");
        await inspect(officer, "meldung");
        const threat = officer.url();
        await officer.goto(`${threat}/firma/M-1`);
        await inspect(officer, "warum");
        await officer.goto(`${address}/heute`);
        await inspect(officer, "heute");

        await officer.goto(threat);
        await submit(officer, "form[action$='/entwurf'] button");
        const warning = officer.url();
        await inspect(officer, "warnung-entwurf");
        await tabTo(officer, "form[action$='/einreichen'] button");
        await submit(officer, () => officer.keyboard.press("Enter"));
        expect((await officer.locator("#freigeben").count()) > 0, `submitting led to ${officer.url()}`);

        // The second person, on a phone, without JavaScript once the account is there.
        const first = await openPage(browser);
        await setUp(first, address, invitation, null);
        const state = await first.context().storageState();
        const phone = await (await browser.newContext({ storageState: state, viewport: { width: 390, height: 800 }, javaScriptEnabled: false, locale: "de-DE" })).newPage();
        await phone.goto(warning);
        const number = await phone.locator(".big").innerText();
        await first.goto(warning);
        await inspect(first, "warnung-freigabe");
        await phone.fill("#count", `${Number(number) + 1}`);
        await phone.fill("#password", PASSWORD);
        await submit(phone, "form[action$='/freigeben'] button");
        expect((await phone.locator(".errors").innerText()).includes("nicht die Zahl"), "a wrong number was taken");
        await phone.fill("#count", number);
        await phone.fill("#password", PASSWORD);
        await submit(phone, "form[action$='/freigeben'] button");
        expect(phone.url().endsWith("/verlauf"), `approval led to ${phone.url()}`);

        for (const [path, name] of [[`${warning}/verlauf`, "verlauf"], [warning, "warnung-frei"], [`${address}/mitglieder`, "mitglieder"],
            [`${address}/mitglieder/M-1`, "mitglied"], [`${address}/betrieb`, "betrieb"], [`${address}/meldungen`, "meldungen"], [`${address}/nirgends`, "nirgends"]]) {
            await officer.goto(path);
            await inspect(officer, name);
        }
        await officer.goto(`${address}/heute`);
        await submit(officer, ".out button");
        expect(officer.url().endsWith("/anmelden"), `signing out led to ${officer.url()}`);
        await inspect(officer, "anmelden");
    } finally {
        home.close();
    }
}
