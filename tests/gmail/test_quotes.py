"""New words are told from repeated ones, in many languages, and nothing a customer wrote is lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inboxsla.gmail.html_text import lines_of, plain
from inboxsla.gmail.quotes import is_forward, new_text, thread_subject

ANNOUNCED = """
On Mon, May 5, 2025 at 10:12 AM Ana Ruiz <ana@lumenvelo.example> wrote:
On 2025-05-05 10:12, Ana Ruiz wrote:
Am Mo., 5. Mai 2025 um 10:12 Uhr schrieb Ana Ruiz <ana@lumenvelo.example>:
Ana Ruiz <ana@lumenvelo.example> schrieb am Mo., 5. Mai 2025, 10:12:
Am 05.05.25 um 10:12 schrieb Ana Ruiz:
Le lun. 5 mai 2025 à 10:12, Ana Ruiz <ana@lumenvelo.example> a écrit :
El lun, 5 may 2025 a las 10:12, Ana Ruiz (<ana@lumenvelo.example>) escribió:
Il giorno lun 5 mag 2025 alle ore 10:12 Ana Ruiz <ana@lumenvelo.example> ha scritto:
Em seg., 5 de mai. de 2025 às 10:12, Ana Ruiz <ana@lumenvelo.example> escreveu:
Op ma 5 mei 2025 om 10:12 schreef Ana Ruiz <ana@lumenvelo.example>:
Op 5 mei 2025 om 10:12 heeft Ana Ruiz <ana@lumenvelo.example> het volgende geschreven:
Den mån 5 maj 2025 kl 10:12 skrev Ana Ruiz <ana@lumenvelo.example>:
ma 5. toukok. 2025 klo 10.12 Ana Ruiz (ana@lumenvelo.example) kirjoitti:
pon., 5 maj 2025 o 10:12 Ana Ruiz <ana@lumenvelo.example> napisał(a):
po 5. 5. 2025 v 10:12 odesílatel Ana Ruiz <ana@lumenvelo.example> napsal:
Ana Ruiz <ana@lumenvelo.example> ezt írta (időpont: 2025. máj. 5., H, 10:12):
În lun., 5 mai 2025 la 10:12, Ana Ruiz <ana@lumenvelo.example> a scris:
Ana Ruiz <ana@lumenvelo.example>, 5 May 2025 Pzt, 10:12 tarihinde şunu yazdı:
пн, 5 мая 2025 г. в 10:12, Ana Ruiz <ana@lumenvelo.example>:
Στις Δευ 5 Μαΐ 2025 στις 10:12 π.μ., ο/η Ana Ruiz <ana@lumenvelo.example> έγραψε:
2025年5月5日(月) 10:12 Ana Ruiz <ana@lumenvelo.example>:
Ana Ruiz <ana@lumenvelo.example> 于2025年5月5日周一 10:12写道：
2025년 5월 5일 (월) 오전 10:12, Ana Ruiz <ana@lumenvelo.example>님이 작성:
Vào Th 2, 5 thg 5, 2025 vào lúc 10:12 Ana Ruiz <ana@lumenvelo.example> đã viết:
---- On Mon, 05 May 2025 10:12:00 +0200 Ana Ruiz wrote ----
-------- Ursprüngliche Nachricht --------
-----Original Message-----
""".strip().split("\n")

HEADER_BLOCKS = [
    "From: Ana Ruiz <ana@lumenvelo.example>\nSent: Monday, May 5, 2025 10:12 AM\nTo: Kofi\nSubject: Rear light",
    "*From:* Ana Ruiz\n*Sent:* Monday, May 5, 2025 10:12 AM\n*To:* Kofi\n*Subject:* Rear light",
    "Von: Ana Ruiz <ana@lumenvelo.example>\nGesendet: Montag, 5. Mai 2025 10:12\nAn: Kofi\nBetreff: Rücklicht",
    "De : Ana Ruiz <ana@lumenvelo.example>\nEnvoyé : lundi 5 mai 2025 10:12\nÀ : Kofi\nObjet : Feu arrière",
    "De: Ana Ruiz <ana@lumenvelo.example>\nEnviado el: lunes, 5 de mayo de 2025 10:12\nPara: Kofi\nAsunto: Luz",
    "Da: Ana Ruiz <ana@lumenvelo.example>\nInviato: lunedì 5 maggio 2025\nA: Kofi\nOggetto: Luce",
    "Van: Ana Ruiz <ana@lumenvelo.example>\nVerzonden: maandag 5 mei 2025\nAan: Kofi\nOnderwerp: Licht",
    "От: Ana Ruiz <ana@lumenvelo.example>\nОтправлено: 5 мая 2025 г.\nКому: Kofi\nТема: Фонарь",
    "发件人：Ana Ruiz\n发送时间：2025年5月5日\n收件人：Kofi\n主题：车灯",
]


@pytest.mark.parametrize("announcement", ANNOUNCED)
def test_history_below_an_announcement_is_cut_marked_or_not(announcement: str) -> None:
    assert new_text(f"It still flickers.\n\n{announcement}\n\nDid it help?\nAna") == "It still flickers."
    assert new_text(f"It still flickers.\n\n{announcement}\n> Did it help?\n> Ana") == "It still flickers."


@pytest.mark.parametrize("block", HEADER_BLOCKS)
def test_history_below_a_header_block_is_cut_unless_the_mail_is_a_forward(block: str) -> None:
    text = f"It still flickers.\n\n________________________________\n{block}\n\nDid it help?"

    assert new_text(text) == "It still flickers."
    assert new_text(text, forwarded=True) == text


def test_an_announcement_wrapped_over_lines_is_recognised() -> None:
    assert (
        new_text(
            "Yes.\n\nOn Mon, May 5, 2025 at 10:12 AM The Team at Lumen Velo <\nsupport@lumenvelo.example> wrote:\n\nold"
        )
        == "Yes."
    )
    assert new_text("Yes.\n\nOn 5 May 2025, at 10:12, Ana\n<ana@lumenvelo.example>\nwrote:\n\nold") == "Yes."


@pytest.mark.parametrize(
    "rest",
    [
        "##- Please type your reply above this line -##\n\nold",
        ">>> Ana <ana@lumenvelo.example> 5/5/2025 10:12 AM >>>\nold",
        "On Mon, May 5, 2025 at 10:12 AM, Ana<ana@lumenvelo.example> wrote:   old",
        "\u2010\u2010\u2010 Original Message \u2010\u2010\u2010\nold",
    ],
)
def test_peculiar_programs_announcements_are_recognised(rest: str) -> None:
    assert new_text(f"Yes.\n\n{rest}") == "Yes."


def test_inline_answers_are_kept_and_what_they_answer_is_not() -> None:
    text = "Hi Ana,\n\nOn 5 May 2025 at 10:12, Ana wrote:\n> Which lamp?\nThe rear one.\n> Since when?\n\nYesterday.\n\nKofi"

    assert new_text(text) == "Hi Ana,\n\nThe rear one.\n\nYesterday.\n\nKofi"


def test_a_quoted_line_torn_in_two_is_no_answer() -> None:
    text = "Yes.\n\nOn 5 May 2025 at 10:12, Ana wrote:\n> The lamp has to be charged for at least four hours before the\nfirst ride of the year\n> Ana"

    assert new_text(text) == "Yes."


def test_a_marked_signature_is_cut_and_an_unmarked_greeting_stays() -> None:
    assert new_text("It works.\n\nRegards\nKofi\n-- \nKofi Mensah\nAccra") == "It works.\n\nRegards\nKofi"
    assert new_text("It works.\n--\nKofi\n\nOn 5 May 2025 at 10:12, Ana wrote:\n> ok?") == "It works."


def test_a_programs_linked_advertisement_is_cut_and_a_persons_line_stays() -> None:
    assert new_text("It works.\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n") == "It works."
    assert new_text("It works.\n\nSent from my iPhone") == "It works.\n\nSent from my iPhone"


def test_a_mailing_lists_footer_is_cut() -> None:
    assert (
        new_text("It works.\n_______________\nriders mailing list\nhttps://lists.example/listinfo/riders")
        == "It works."
    )


def test_forwarded_content_is_kept_whole() -> None:
    text = "Please look.\n\n---------- Forwarded message ---------\nFrom: Kofi <kofi@customer.example>\nDate: Mon\nSubject: Light\n\n> older\nIt flickers."

    assert new_text(text) == text


def test_a_mail_that_is_only_an_unmarked_message_is_kept_whole() -> None:
    text = "From: Jo <jo@customer.example>\nSubject: Order 5\n\nWhere is my parcel?"

    assert new_text(text) == text


def test_a_reply_without_a_word_of_its_own_is_empty() -> None:
    assert new_text("On 5 May 2025 at 10:12, Ana wrote:\n> Did it help?\n") == ""


@pytest.mark.parametrize(
    "text",
    [
        "From: Berlin\nTo: Paris\nDate: 5 May 2026\n\nCan I take the lamp on the train?",
        "On 3 May your colleague wrote:\n\nWe will refund you.\n\nNothing came.",
        "On the other hand, it works.\nOn Monday I ride.",
        "I looked on 5 May 2025 and then wrote to bob@lumenvelo.example about this:\n\nNo light.",
        ">>> lamp.on()\nTrue\n>>> lamp.off()",
        "Visit\n>>> http://shop.example <<<\nsoon",
        "Problems:\n-- it flickers\n-- it hums",
        "Prices\n------\nlamp 5\n------\nThanks",
        "Invitation\n\nDate: Wednesday 3, October\nTime: 7:00\nAddress: Main St 1",
    ],
)
def test_what_only_resembles_history_is_kept(text: str) -> None:
    assert new_text(text) == text


HTML = {
    "Gmail": "Yes.<div class='gmail_quote'><div class='gmail_attr'>On Mon, May 5, 2025 at 10:12 AM Ana &lt;ana@x.example&gt; wrote:<br></div>"
    "<blockquote class='gmail_quote'>old</blockquote></div>",
    "Apple Mail": "Yes.<br><blockquote type='cite'>On 5 May 2025, at 10:12, Ana &lt;ana@x.example&gt; wrote:<br>old</blockquote>",
    "Outlook on the web, in a language nobody taught us": "Yes.<div id='appendonsend'></div><hr><div id='divRplyFwdMsg'><b>Xfrom:</b> Ana<br><b>Xsent:</b> m</div>old",
    "Outlook, in a language nobody taught us": "<p class=MsoNormal>Yes.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'>"
    "<p class=MsoNormal><b>Xfrom:</b> Ana<br><b>Xsent:</b> m</p></div><p class=MsoNormal>old</p>",
    "Yahoo": "Yes.<div class='yahoo_quoted' id='yahoo_quoted_1'>Ana<div>old</div></div>",
    "Thunderbird": "Yes.<div class='moz-cite-prefix'>Am 05.05.25 um 10:12 schrieb Ana:<br></div><blockquote type='cite'><p>old</p></blockquote>",
    "Proton Mail": "Yes.<div class='protonmail_quote'>On Monday, May 5th, 2025 at 10:12, Ana &lt;a@x.example&gt; wrote:<blockquote type='cite'>old</blockquote></div>",
    "a bare blockquote below an announcement": 'Yes.<p>26.06.2025, 14:41, "Ana" &lt;ana@x.example&gt;:</p><blockquote>old</blockquote>',
    "Outlook on a phone": "Yes.<div id='ms-outlook-mobile-signature'>Get <a href='https://aka.ms/x'>Outlook for iOS</a></div>",
    "Samsung": "<div>Yes.</div><div id='composer_signature'><div>Sent from my Galaxy</div></div><div>-------- Original message --------</div>"
    "<div>From: Ana &lt;ana@x.example&gt; </div><div>Date: 05/05/2025  10:12  (GMT+00:00) </div><div>Subject: lamp </div><div>old</div>",
    "a marked signature": "Yes.<br><div class='gmail_signature'>Kofi<br>Accra</div>",
}


@pytest.mark.parametrize("html", HTML.values(), ids=HTML.keys())
def test_html_is_cut_by_its_structure(html: str) -> None:
    assert new_text(lines_of(f"<html><body><div>{html}</div></body></html>")) == "Yes."


def test_inline_answers_in_html_are_kept() -> None:
    html = (
        "<div>Hi<div class='gmail_quote'><div class='gmail_attr'>On Mon, May 5, 2025 at 10:12 AM Ana &lt;ana@x.example&gt; wrote:<br></div>"
        "<blockquote class='gmail_quote'>Which?</blockquote><div>The rear one.</div><blockquote class='gmail_quote'>When?</blockquote><div>Today.</div></div></div>"
    )

    assert new_text(lines_of(html)) == "Hi\nThe rear one.\nToday."


def test_an_indentation_of_the_authors_own_is_kept() -> None:
    assert (
        new_text(lines_of("Send it to<blockquote>Main St 1<br>Berlin</blockquote>Thanks"))
        == "Send it to\nMain St 1\nBerlin\nThanks"
    )


def test_a_forward_in_html_is_kept() -> None:
    html = "See<div class='gmail_quote'><div class='gmail_attr'>---------- Forwarded message ---------<br>From: Kofi<br></div>It flickers.</div>"

    assert new_text(lines_of(html)) == "See\n---------- Forwarded message ---------\nFrom: Kofi\nIt flickers."


def test_scripts_styles_and_hidden_text_are_not_text() -> None:
    assert (
        plain(
            lines_of("<style>a{}</style><script>b()</script><div style='display:none'>psst</div><p>Hi&nbsp;there</p>")
        )
        == "Hi there"
    )


@pytest.mark.parametrize(
    ("subject", "grouped"),
    [
        ("Re: Rear light", "rear light"),
        ("RE: AW: Fwd: [Support] Re[2]: Rear  light (fwd)", "rear light"),
        ("回复：Re: 车灯", "车灯"),
        ("SV: Antw: Odp: Vs: Rear light", "rear light"),
        ("R: I: Luce", "luce"),
        ("[urgent]", "[urgent]"),
        ("Reply to: nobody", "reply to: nobody"),
        ("Re:", ""),
    ],
)
def test_subjects_are_grouped_without_prefixes_and_tags(subject: str, grouped: str) -> None:
    assert thread_subject(subject) == grouped


def test_only_the_outermost_prefix_makes_a_forward() -> None:
    assert is_forward("WG: Re: Rear light")
    assert is_forward("[Support] Fwd: Rear light")
    assert not is_forward("Re: Fwd: Rear light")
    assert not is_forward("Forward lights")


lines = st.lists(
    st.sampled_from(
        [
            "> a",
            "--",
            "-- ",
            "",
            "On 5 May 2025 at 10:12, Ana wrote:",
            "From: a@b",
            "Sent: Monday 10:10",
            "Subject: x",
            "words",
            "___",
            ">>> x",
            "1:",
        ]
    ),
    max_size=25,
)


@settings(max_examples=200, deadline=None)
@given(lines)
def test_new_text_adds_nothing_and_is_not_cut_further_the_second_time_round(text: list[str]) -> None:
    once = new_text("\n".join(text))

    assert set(once.split("\n")) <= {*(line.rstrip() for line in text), ""}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.booleans())
def test_any_text_and_any_html_can_be_cut(text: str, forwarded: bool) -> None:
    new_text(text, forwarded=forwarded)
    new_text(lines_of(f"<div><blockquote type=cite>{text}"), forwarded=forwarded)


@pytest.mark.parametrize(
    "line", ["1:", "From: a", "> a\nb", "--", "On 3 May 2025 10:10 a@b.example", ">>> a", "__", "a <", "写道："]
)
def test_cutting_takes_time_in_proportion_to_the_text(line: str) -> None:
    text = f"{line}\n" * (120_000 // (len(line) + 1))
    started = time.process_time()

    new_text(text)

    assert time.process_time() - started < 3
