"""The preview in a real browser: real cards, real tokens, a real desk behind it. Only Google is simulated."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from inboxsla.services import desk as verbs
from inboxsla.storage.database import Database
from tests.lumen_velo import JONAS, KOFI
from tests.web.browsing import DESKTOP, PHONE, TABLET, sideways
from tests.web.stage import Stage, staged

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stage(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("preview")
    file = folder / "inboxsla.db"
    shutil.copyfile(migrated_file, file)
    database = Database(f"sqlite:///{file}")
    with staged(database, folder / "data") as made:
        yield made
    database.close()


def arrives(stage: Stage, subject: str, text: str = "Could you look into it?") -> str:
    """A customer's mail, read by the desk; gives its thread."""
    placed = stage.desk.writes(KOFI, text, subject)
    stage.desk.catch_up()
    return placed.thread_id


def opened(page: Page, subject: str) -> Locator:
    """The panel beside the conversation that was clicked."""
    page.get_by_role("link", name=subject).click()
    expect(page.get_by_role("heading", level=2, name=subject)).to_be_visible()
    panel = page.get_by_role("complementary", name="InboxSLA panel")
    expect(panel).to_have_attribute("aria-busy", "false")
    return panel


def test_an_agent_handles_a_thread_from_arrival_to_solved_with_nothing_but_the_panel(
    browser: Browser, stage: Stage
) -> None:
    arrives(stage, "Rear light goes out")
    with stage.window(browser) as page:
        row = page.get_by_role("listitem").filter(has_text="Rear light goes out")
        expect(row).to_contain_text("SLA/Low")
        panel = opened(page, "Rear light goes out")
        expect(panel.get_by_role("heading", level=3)).to_contain_text("left")

        panel.get_by_role("button", name="Take it").click()
        expect(panel).to_contain_text("OwnerYou")

        panel.get_by_role("button", name="More", exact=True).click()
        panel.get_by_role("button", name="Put on hold").click()
        expect(panel.get_by_role("heading", name="Put on hold")).to_be_focused()
        panel.get_by_label("In your own words").fill("The supplier looks for it")
        panel.get_by_role("button", name="Put on hold").click()
        expect(panel.get_by_role("heading", level=3)).to_contain_text("On hold until")
        stage.catch_up(page)
        expect(row).to_contain_text("SLA/Paused")

        panel.get_by_role("button", name="Resume now").click()
        expect(panel.get_by_role("button", name="Solve")).to_be_visible()
        stage.desk.clock.forward(minutes=1)
        page.get_by_role("button", name="Reply as Ana Ruiz").click()
        page.get_by_label("Your reply").fill("A new one is on its way.")
        page.get_by_role("button", name="Send reply").click()
        expect(page.locator("#thread").get_by_text("A new one is on its way.")).to_be_visible()
        stage.catch_up(page)
        expect(panel).to_contain_text("Answered in")
        expect(row).to_contain_text("SLA/Paused")

        panel.get_by_role("button", name="Solve").click()
        expect(panel.get_by_role("heading", level=3)).to_contain_text("Solved")
        stage.catch_up(page)
        expect(row).to_contain_text("SLA/Met")


def test_who_was_slower_is_told_and_sees_the_fresh_ticket(browser: Browser, stage: Stage) -> None:
    for number in range(5):
        arrives(stage, f"Not read yet {number}")
    thread = arrives(stage, "Two hands reach for it")
    with stage.window(browser, (1280, 480)) as page:
        panel = opened(page, "Two hands reach for it")
        verbs.take(stage.ports, stage.desk.ticket(thread).id, JONAS)

        panel.get_by_role("button", name="Take it").click()

        expect(panel.get_by_role("status")).to_contain_text("Jonas Weber was faster")
        expect(panel.locator(".card-body section").first).to_contain_text("Jonas Weber was faster")
        expect(panel).to_contain_text("OwnerJonas Weber")
        assert page.evaluate("scrollY + document.body.scrollTop + document.querySelector('.mailroom').scrollTop") == 0


def test_a_colleague_looks_at_the_same_thread_with_their_own_eyes(browser: Browser, stage: Stage) -> None:
    thread = arrives(stage, "Whose is it?")
    verbs.take(stage.ports, stage.desk.ticket(thread).id, JONAS)
    with stage.window(browser) as page:
        panel = opened(page, "Whose is it?")
        expect(panel).to_contain_text("OwnerJonas Weber")
        page.get_by_label("You look as").select_option(label="Jonas Weber, agent")
        expect(panel).to_contain_text("OwnerYou")


def test_an_answer_that_is_no_card_is_shown_as_gmail_would_and_can_be_tried_again(
    browser: Browser, stage: Stage
) -> None:
    arrives(stage, "It breaks")
    with stage.window(browser) as page:
        page.route("**/addon/message", lambda route: route.fulfill(status=200, body="<html>", content_type="text/html"))
        panel = opened(page, "It breaks")
        expect(panel).to_contain_text("InboxSLA could not be loaded")
        panel.get_by_text("What went wrong").click()
        expect(panel).to_contain_text("The answer is not JSON.")

        page.unroute("**/addon/message")
        panel.get_by_role("button", name="Try again").click()
        expect(panel.get_by_role("heading", level=3)).to_contain_text("left")


def test_what_gmail_would_not_draw_is_seen_and_no_markup_is_believed(browser: Browser, stage: Stage) -> None:
    arrives(stage, "Odd cards")
    text = "<b>bold</b> <script>alert(1)</script><img src=x onerror=alert(2)> <a href='javascript:alert(3)'>here</a>"
    widgets = [{"textParagraph": {"text": text}}, {"carousel": {}}]
    answer = {
        "action": {"navigations": [{"pushCard": {"header": {"title": text}, "sections": [{"widgets": widgets}]}}]}
    }
    with stage.window(browser) as page:
        page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
        page.route("**/addon/message", lambda route: route.fulfill(json=answer))
        panel = opened(page, "Odd cards")

        expect(panel.get_by_text("Not supported by Gmail: carousel")).to_be_visible()
        expect(panel.get_by_role("heading", level=3)).to_have_text(text)
        expect(panel.locator(".paragraph b")).to_have_text("bold")
        assert panel.locator(".panel-card :is(script, img, a)").count() == 0


def test_hostile_mail_is_text_and_nothing_else(browser: Browser, stage: Stage) -> None:
    subject = "<img src=x onerror=alert(1)> <b>bold</b>"
    arrives(stage, subject, "<script>alert(2)</script> & </article>")
    with stage.window(browser) as page:
        page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
        panel = opened(page, subject)
        expect(
            page.locator("#thread").get_by_text("<script>alert(2)</script> & </article>", exact=True)
        ).to_be_visible()
        panel.get_by_role("button", name="On hold").click()
        expect(panel.locator(".subtitle")).to_contain_text("img src=x onerror=alert(1)")
        assert page.locator("#thread img, .subject img, .subject b, .subtitle *").count() == 0


def test_a_visitor_writes_in_and_the_conversation_opens(browser: Browser, stage: Stage) -> None:
    with stage.window(browser, may_complain=True) as page:
        page.get_by_role("button", name="Write as a customer").click()
        dialog = page.get_by_role("dialog", name="Write to support@lumenvelo.example as a customer")
        dialog.get_by_role("button", name="Send").click()
        expect(dialog.get_by_role("alert")).to_contain_text("A mail needs an address")

        dialog.get_by_label("Subject").fill("Do you repair lamps?")
        dialog.get_by_label("Text").fill("Mine fell into the canal.")
        dialog.get_by_role("button", name="Send").click()

        expect(page.get_by_role("heading", level=2, name="Do you repair lamps?")).to_be_visible()
        stage.catch_up(page)
        expect(page.locator("#thread .labels")).to_contain_text("SLA/Low")


def test_on_a_phone_one_goes_from_the_list_to_the_thread_to_the_panel_and_back(browser: Browser, stage: Stage) -> None:
    arrives(stage, "On a phone")
    with stage.window(browser, PHONE) as page:
        page.get_by_role("link", name="On a phone").click()
        expect(page.get_by_role("heading", level=2, name="On a phone")).to_be_focused()
        expect(page.locator("#list")).to_be_hidden()
        small = [
            box["height"]
            for target in page.locator("#thread :is(button, summary):visible, .rail button:visible").all()
            if (box := target.bounding_box()) and box["height"] < 44
        ]
        assert not small

        page.get_by_role("button", name="InboxSLA panel").click()
        panel = page.get_by_role("complementary", name="InboxSLA panel")
        expect(panel.get_by_role("heading", level=3)).to_contain_text("left")
        assert not sideways(page)

        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(page.get_by_role("button", name="InboxSLA panel")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="On a phone")).to_be_visible()


def test_axe_finds_nothing_to_object_to_in_the_preview(browser: Browser, stage: Stage) -> None:
    arrives(stage, "Looked at by axe")
    with stage.window(browser) as page:
        panel = opened(page, "Looked at by axe")
        expect(panel.get_by_role("heading", level=3)).to_contain_text("left")
        panel.get_by_role("button", name="On hold").click()
        expect(panel.get_by_role("heading", name="Put on hold")).to_be_visible()
        for size, theme in ((DESKTOP, "light"), (TABLET, "dark"), (PHONE, "dark")):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of its words
            expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{size} {theme}\n{found.generate_report()}"


def test_the_gallery_draws_every_card_in_both_themes(browser: Browser, stage: Stage) -> None:
    with stage.window(browser) as page:
        page.goto(f"{stage.base}/addon/preview/gallery")
        states = page.locator(".state-shown").count()
        assert states >= 12
        assert page.locator(".frame .card-shown h3:not(:empty)").count() == 2 * states
        assert page.locator(".unsupported, .unsupported-text").count() == 0
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        expect(page.locator(".frame").first).to_be_visible()
        assert not sideways(page)
