"""The document, its policy and its weight, as a browser meets them."""

import pytest


def test_the_first_page_opens_without_an_error_or_a_request_to_another_host(visit):
    visit("/").wait_for_selector("h1, h2, [data-testid='stMain'] p")


def test_a_script_that_is_not_ours_does_not_run(visit, complaints):
    page = visit("/")
    ran = page.evaluate(
        """() => { const script = document.createElement('script'); script.textContent = 'window.strange = 1';
                   document.head.append(script); return window.strange === 1; }"""
    )
    assert not ran
    assert any("Content Security Policy" in complaint for complaint in complaints)
    complaints.clear()


def test_code_made_from_text_does_not_run(visit, complaints):
    # A moment later: while the steering itself evaluates a text, the browser lets everything past the policy.
    name = visit("/").evaluate(
        """() => new Promise(done => setTimeout(() => {
            try { done(new Function('return "it ran"')()); } catch (error) { done(error.name); }
        }, 10))"""
    )
    assert name == "EvalError"
    complaints.clear()


@pytest.mark.parametrize(("address", "language"), [("/", "ar"), ("/?lang=fr", "fr"), ("/?lang=en", "en")])
def test_the_document_says_its_language(visit, address, language):
    assert visit(address).evaluate("document.documentElement.lang") == language


def test_text_is_drawn_in_the_typeface_that_is_shipped(visit):
    page = visit("/")
    page.evaluate("document.fonts.ready.then(() => true)")
    drawn = page.evaluate("[...document.fonts].filter(face => face.status === 'loaded').map(face => face.family)")
    assert any("IBM Plex Sans Arabic" in family for family in drawn)


def test_a_cold_first_page_weighs_at_most_two_and_a_half_megabytes(new_page, server, settled):
    page = new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(server + "/")
    settled(page)
    page.wait_for_load_state("networkidle")
    assert 500_000 < sum(sizes) <= 2_500_000
