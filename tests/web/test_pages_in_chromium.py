from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from inboxsla.storage import envelopes, records
from tests.web.browsing import DESKTOP, NARROW, PHONE, window
from tests.web.shop import TUESDAY, Shop, minutes

pytestmark = pytest.mark.browser
POLL = 5_100
GREEN, RED = "rgb(27, 116, 64)", "rgb(151, 20, 26)"


def subjects(page: Page) -> list[str]:
    return page.locator("a.subject").all_inner_texts()


def hear(page: Page) -> None:
    """Let the time of one poll pass and wait for its answer."""
    with page.expect_response(lambda response: response.request.headers.get("hx-request") == "true"):
        page.clock.fast_forward(POLL)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_to_object_to(browser: Browser, morning: tuple[Shop, str, int], theme: str) -> None:
    lumen, base, urgent = morning
    with lumen.ports.db.write() as conn:
        records.alarm(conn, "nobody", "Nobody can be told about ticket 7.", TUESDAY)
        records.keep_aside(conn, lumen.mailbox_id, "m17", "It has no sender.", TUESDAY)

    with window(browser, lumen, base, DESKTOP, theme) as page:
        mails = ("/mail", "/mail/1?as=text", "/account/mails", "/settings/notifications")
        for path in ("/tickets", f"/tickets/{urgent}", "/kept-aside", *mails):
            page.goto(base + path)
            assert page.locator("html").get_attribute("data-bs-theme") == theme
            for size in (DESKTOP, PHONE) if path.startswith("/tickets") else (PHONE,):
                page.set_viewport_size({"width": size[0], "height": size[1]})
                found = Axe().run(page)
                assert found.violations_count == 0, f"{path} at {size}\n{found.generate_report()}"


def test_a_phone_says_what_each_part_of_a_mail_is_and_nothing_twice(
    browser: Browser, morning: tuple[Shop, str, int]
) -> None:
    lumen, base, urgent = morning
    sent = lumen.mails(urgent, "jonas@lumenvelo.example", "Due in 10 min: Refund")
    with lumen.ports.db.write() as conn:
        envelopes.sent(conn, sent, "g17", "g17", TUESDAY)
    with window(browser, lumen, base, PHONE) as page:
        page.goto(base + "/mail")
        rows = [" ".join(row.split()) for row in page.locator("tbody tr").all_inner_texts()]
        assert rows == [
            f"Due in 10 min: Refund jonas@lumenvelo.example sent 10:48 CET Ticket {urgent}",
            "Due in 9 min: Refund for order 1182 still missing ana@lumenvelo.example"
            f" written 10:48 CET waiting to be sent Ticket {urgent}",
        ]


def test_a_new_ticket_appears_by_itself(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, _ = morning
    with window(browser, lumen, base) as page:
        page.evaluate("window.neverReloaded = true")
        expect(page.locator("#pulse")).to_have_text("Live, updated just now")
        expect(page.locator("#pulse .beat")).to_have_css("background-color", GREEN)

        lumen.asks("My light fell into the canal", "Ngozi Okafor", ago=minutes(1))
        hear(page)

        expect(page.get_by_role("link", name="My light fell into the canal")).to_be_visible()
        expect(page.locator("#announce")).to_have_text("1 new ticket")
        assert page.evaluate("window.neverReloaded")


def test_a_mail_that_goes_out_appears_in_the_list(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, urgent = morning
    with window(browser, lumen, base) as page:
        page.goto(base + "/mail")
        lumen.mails(urgent, "claire@lumenvelo.example", "Overdue: Battery swollen")
        hear(page)
        expect(page.get_by_role("link", name="Overdue: Battery swollen")).to_be_visible()


def test_nothing_is_touched_while_nothing_is_new(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, _ = morning
    with window(browser, lumen, base) as page:
        page.evaluate(
            "window.touched = 0; new MutationObserver(() => touched++)"
            ".observe(document.querySelector('#tickets'), {subtree: true, childList: true, attributes: true})"
        )
        hear(page)
        hear(page)
        assert page.evaluate("window.touched") == 0


def test_who_reads_with_the_keyboard_keeps_the_place(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, urgent = morning
    with window(browser, lumen, base) as page:
        page.locator(f"#open-{urgent}").focus()

        lumen.clock.forward(minutes(1))
        hear(page)

        expect(page.locator(f"#ticket-{urgent} .left")).to_contain_text("9 min left")
        expect(page.locator(f"#open-{urgent}")).to_be_focused()


def test_rows_do_not_move_under_the_pointer_until_asked(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, urgent = morning
    with window(browser, lumen, base) as page:
        before = subjects(page)
        page.locator(f"#ticket-{urgent}").hover()

        lumen.asks("Smoke from the charger", "Ngozi Okafor", ago=minutes(300))
        lumen.clock.forward(minutes(1))
        hear(page)

        button = page.get_by_role("button", name="Show 1 change")
        expect(button).to_be_visible()
        assert subjects(page) == before
        expect(page.locator(f"#ticket-{urgent} .left")).to_contain_text("9 min left")

        button.click()
        expect(page.get_by_role("link", name="Smoke from the charger")).to_be_visible()
        expect(button).to_be_hidden()
        assert subjects(page)[0] == "Smoke from the charger"


def test_a_pointer_left_lying_on_the_list_does_not_stop_it(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, urgent = morning
    with window(browser, lumen, base) as page:
        page.locator(f"#ticket-{urgent}").hover()
        lumen.asks("Smoke from the charger", "Ngozi Okafor", ago=minutes(300))

        for _ in range(4):
            hear(page)

        expect(page.get_by_role("link", name="Smoke from the charger")).to_be_visible()


def test_a_server_that_is_gone_is_said_and_its_return_too(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, _ = morning
    with window(browser, lumen, base, may_complain=True) as page:
        page.route("**/tickets*", lambda route: route.fulfill(status=503, body="away"))
        hear(page)
        expect(page.locator("#pulse")).to_contain_text(
            "Not live: no answer since 10:48 CET. Nothing is lost; we try again every 5 seconds."
        )

        expect(page.locator("#pulse .beat")).to_have_css("background-color", RED)

        page.unroute("**/tickets*")
        hear(page)
        expect(page.locator("#pulse")).to_have_text("Live, updated just now")


def test_a_server_that_only_hangs_is_said_too(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, _ = morning
    with window(browser, lumen, base, may_complain=True) as page:
        assert page.evaluate("htmx.config.timeout") <= 10_000
        page.evaluate("htmx.config.timeout = Math.min(htmx.config.timeout, 200)")
        page.route("**/tickets*", lambda route: None)

        page.clock.fast_forward(POLL)

        expect(page.locator("#pulse")).to_contain_text("Not live: no answer since 10:48 CET.")


def test_an_answer_of_yesterday_is_said_with_its_day(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, _ = morning
    with window(browser, lumen, base, may_complain=True) as page:
        page.route("**/tickets*", lambda route: route.fulfill(status=503, body="away"))
        page.clock.fast_forward("24:00:00")
        expect(page.locator("#pulse")).to_contain_text("no answer since Tue 24 Nov 10:48 CET.")


def test_a_quote_that_is_seen_whole_has_nothing_more_to_show(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, urgent = morning
    short = lumen.asks("Two lines", "Ngozi Okafor", ago=minutes(9), text="My light fell into the canal again. " * 4)
    with window(browser, lumen, base) as page:
        page.goto(f"{base}/tickets/{short}")
        expect(page.locator("details.quote .all")).to_be_hidden()
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        expect(page.locator("details.quote .all")).to_be_visible()
        page.goto(f"{base}/tickets/{urgent}")
        expect(page.locator("details.quote .all")).to_be_visible()
        expect(page.locator("details.quote .excerpt")).to_have_css("white-space", "pre-line")


def test_what_was_opened_on_a_ticket_stays_open_when_it_changes(
    browser: Browser, morning: tuple[Shop, str, int]
) -> None:
    lumen, base, urgent = morning
    with window(browser, lumen, base) as page:
        page.goto(f"{base}/tickets/{urgent}")
        page.locator("details.quote summary").click()
        page.locator("#why-2 summary").click()

        lumen.clock.forward(minutes(1))
        hear(page)

        expect(page.locator("#clock-1 .time-left")).to_contain_text("9 min left")
        expect(page.locator("details.quote blockquote")).to_be_visible()
        expect(page.locator("#why-2 .strip")).to_be_visible()


def test_without_script_the_board_can_be_read_and_claims_nothing(
    browser: Browser, morning: tuple[Shop, str, int]
) -> None:
    lumen, base, _ = morning
    with window(browser, lumen, base, script=False) as page:
        expect(page.locator("#pulse")).to_have_text("Updated just now")
        assert len(subjects(page)) == 6


def test_the_keyboard_reaches_the_content_first(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, _ = morning
    with window(browser, lumen, base) as page:
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()


def test_paper_is_white_whatever_the_screen_is(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, _ = morning
    with window(browser, lumen, base, theme="dark") as page:
        html = page.locator("html")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(html).to_have_attribute("data-bs-theme", "light")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(html).to_have_attribute("data-bs-theme", "dark")
