// The first page anybody sees: it stands at every width, light and dark, without scripts.

import { Home, WIDTHS, checkPage, expect, openPage } from "../support.mjs";

export const title = "the public start page is readable at every width, light and dark";

export default async function (browser) {
    const home = new Home();
    try {
        const address = await home.serve();
        for (const width of WIDTHS) {
            for (const dark of [false, true]) {
                const page = await openPage(browser, { width, dark });
                const response = await page.goto(address);
                expect(response.ok(), `${address} answers ${response.status()}`);
                expect((await page.locator("script").count()) === 0, "a public page carries a script");
                await checkPage(page, `${response.url()} at ${width} px${dark ? ", dark" : ""}`);
                await page.context().close();
            }
        }
    } finally {
        home.close();
    }
}
