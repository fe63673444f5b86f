"""The four pages as people use them: in three languages, by clicks and links, on a desk and on a phone."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from i18n import words
from ui.addresses import PAGES as ADDRESSES

LANGUAGES = ("ar", "fr", "en")
PAGES = ("/", "/map", "/method", "/events")
LOOKED_AT = (*PAGES, "/stages", "/transition")
PREFECTURE, COMMUNE = "09.273", "09.273.01.17"

TITLES = {
    ("/", "ar"): "الوضعية",
    ("/", "fr"): "Situation",
    ("/", "en"): "Situation",
    ("/map", "ar"): "نسبة التسجيل",
    ("/map", "fr"): "Part de la population",
    ("/map", "en"): "Share of the population",
    ("/method", "ar"): "المنهجية",
    ("/method", "fr"): "Méthode",
    ("/method", "en"): "Method",
    ("/events", "ar"): "المعطيات",
    ("/events", "fr"): "Données",
    ("/events", "en"): "Data",
}


def asked(page, name: str) -> str:
    return parse_qs(urlsplit(page.url).query).get(name, [""])[0]


def plain(text: str) -> str:
    """The text without isolates, with plain spaces."""
    return re.sub(r"[\u2066-\u2069]", "", text).replace("\u202f", " ").replace("\u00a0", " ")


def title(page) -> str:
    return plain(page.locator("h1").first.inner_text())


def until_titled(page, text: str) -> None:
    """Wait for a title with a text in it; between two pages there is none."""
    page.wait_for_function(
        "text => [...document.querySelectorAll('h1')].some(title => title.innerText.includes(text))", arg=text
    )


def click_territory(page, code: str) -> None:
    """Click in the middle of a territory's shape, as a reader would."""
    shape = page.wait_for_function(
        """code => [...document.querySelectorAll('.choroplethlayer path')]
            .find(path => path.__data__ && path.__data__.loc === code && path.getBoundingClientRect().width > 0)""",
        arg=code,
    )
    box = shape.as_element().bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def link(page, address: str):
    """The link of the bar that leads to a page; the first screen has the empty address."""
    links = page.locator('[data-testid="stPageLink-NavLink"]')
    # The bar's first row leads to groups; a group's first page stands in its second row as well.
    return page.locator(f'[data-testid="stPageLink-NavLink"][href^="{address}"]').first if address else links.first


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_four_pages_follow_each_other_by_their_links(visit, settled, language):
    page = visit(f"/?lang={language}")
    for address in PAGES:
        if address != "/":
            link(page, address[1:]).click()
            page.wait_for_url(f"**{address}?**")
            settled(page)
            group = next(entry.group for entry in ADDRESSES if entry.address == address[1:])
            assert page.locator(f".st-key-bar-{group}").count() == 1
        assert title(page).startswith(TITLES[address, language])
        assert asked(page, "lang") == language
        assert page.locator("[data-testid='stException']").count() == 0


def test_a_click_goes_down_from_the_kingdom_to_lqliaa_and_the_breadcrumb_back_up(visit, settled):
    page = visit("/map?lang=fr&territory=MA")
    click_territory(page, PREFECTURE)
    page.wait_for_url(f"**territory={PREFECTURE}*")
    settled(page)
    assert "Inezgane-Aït Melloul" in title(page)
    click_territory(page, COMMUNE)
    page.wait_for_url(f"**territory={COMMUNE}*")
    settled(page)
    link(page, "").click()
    until_titled(page, "Lqliaa")
    assert asked(page, "territory") == COMMUNE
    page.go_back()
    settled(page)
    page.locator(".st-key-up-MA button").click()
    page.wait_for_url("**territory=MA*")


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_map_is_gone_down_by_keyboard_through_the_links_of_its_table(visit, settled, language):
    page = visit(f"/map?lang={language}&territory=MA&show=count")
    for code in (PREFECTURE, COMMUNE):
        name = page.locator(f".tt-map-table a[href*='territory={code}']")
        name.focus()
        assert name.evaluate("element => element === document.activeElement && element.innerText.length > 0")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**territory={code}*")
        settled(page)
        page.wait_for_selector(".tt-map-title")
        # The same window, and the other choices as they were.
        assert len(page.context.pages) == 1
        assert (asked(page, "lang"), asked(page, "show")) == (language, "count")
    # A commune has no children to draw: the map stays that of its prefecture, and the choice is kept.
    assert page.locator(f".tt-map-table a[href*='territory={COMMUNE}']").count() == 1


def test_the_language_changes_and_the_view_stays(visit, settled):
    page = visit("/?territory=02.411&on=2024-01-20")
    assert "وجدة-أنجاد" in title(page) and "20 يناير 2024" in title(page)
    page.get_by_text("Français", exact=True).click()
    until_titled(page, "Oujda-Angad")
    settled(page)
    assert (asked(page, "territory"), asked(page, "on"), asked(page, "lang")) == ("02.411", "2024-01-20", "fr")
    assert title(page) == "Situation dans la préfecture d'Oujda-Angad au 20 janvier 2024"


def test_a_link_reopens_the_view_it_was_copied_from(visit, settled, new_page):
    page = visit("/map?lang=fr&territory=02&on=2024-01-20&indicator=asd.paid_share")
    page.get_by_text("Nombre", exact=True).first.click()
    page.wait_for_url("**show=count*")
    settled(page)
    there = title(page)
    other = new_page()
    other.goto(page.url)
    settled(other)
    assert title(other) == there
    assert other.locator(".tt-legend-unit").inner_text() == page.locator(".tt-legend-unit").inner_text()


def test_oujda_angad_reads_35_percent_with_the_printed_9_and_its_denominator_beside_it(visit):
    page = visit("/?lang=fr&territory=02.411&on=2024-01-20")
    reading = page.locator(".st-key-programme-asd .tt-reading[data-territory='02.411']")
    text = plain(reading.inner_text())
    assert "21 500 ménages" in text
    assert "35 % de" in text
    assert "9 %" in text and "d'environ 239 000" in text and "238" not in text


def test_a_date_typed_in_digits_is_read_and_written_in_words(visit, settled):
    page = visit("/?lang=fr&territory=MA")
    box = page.get_by_label("Au", exact=True)
    box.fill("27/9/2023")
    box.press("Enter")
    page.wait_for_url("**on=2023-09-27*")
    settled(page)
    assert title(page) == "Situation au niveau national au 27 septembre 2023"
    reading = plain(page.locator(".st-key-programme-rnp .tt-number").first.inner_text())
    assert reading == "13,6 millions de personnes"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/?lang=fr&territory=99.999", "territoire inconnu"),
        ("/?lang=fr&on=hier", "date du lien n'est pas comprise"),
        ("/?lang=fr&on=2999-01-01", "encore"),
        ("/nowhere?lang=fr", "Aucune page à cette adresse"),
    ],
)
def test_an_address_that_cannot_be_had_is_said_in_words(visit, address, said):
    page = visit(address)
    assert said in plain(page.locator(".tt-complaint").first.inner_text())


def test_text_in_the_address_becomes_no_link_and_no_picture(visit):
    page = visit("/?lang=fr&territory=" + "[x](http://example.org)![y](http://example.org/y.png)"[:38])
    assert page.locator(".tt-complaint a, .tt-complaint img").count() == 0


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_grouped_number_is_laid_out_in_reading_order(visit, language):
    """What a person sees: the thousands left of the hundreds, whatever the direction of the page."""
    page = visit(f"/?lang={language}&territory=02.411&on=2024-01-20")
    places = page.locator(".st-key-programme-rnp .tt-reading[data-territory='02.411'] .tt-number b").evaluate(
        """element => {
            const text = element.firstChild, at = word => {
                const range = document.createRange(), start = text.data.indexOf(word);
                range.setStart(text, start); range.setEnd(text, start + word.length);
                return range.getBoundingClientRect().left;
            };
            return [at('297'), at('000')];
        }"""
    )
    assert places[0] < places[1]


@pytest.mark.parametrize("size", [(1024, 768), (1920, 1080), (390, 844)])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_nothing_runs_out_of_the_window(new_page, server, settled, size, language):
    page = new_page(viewport={"width": size[0], "height": size[1]})
    for address in LOOKED_AT:
        page.goto(f"{server}{address}?lang={language}&territory=02.411")
        settled(page)
        page.wait_for_selector("h1")
        over = page.evaluate(
            """() => {
                const main = document.querySelector('[data-testid="stMain"]');
                const wide = [...main.querySelectorAll('h1, h2, p, .tt-number, .tt-reading, .tt-legend')]
                    .filter(e => { const b = e.getBoundingClientRect();
                                   return b.width > 0 && (b.left < -1 || b.right > innerWidth + 1); });
                return [main.scrollWidth - main.clientWidth, wide.map(e => e.innerText.slice(0, 40))];
            }"""
        )
        assert over == [0, []], address


@pytest.mark.parametrize("address", [f"/{page.address}" for page in ADDRESSES])
def test_no_serious_fault_for_those_who_do_not_see(visit, address):
    page = visit(address)
    page.wait_for_selector("h1")
    found = Axe().run(page).response["violations"]
    # Of Streamlit's own making and out of our reach: its combobox, its file box and its segmented control.
    theirs = re.compile(r"data-baseweb|stFileUploader|stBaseButton-segmented|react-aria")
    serious = [
        (fault["id"], node["html"][:200])
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
        if not theirs.search(node["html"])
    ]
    assert serious == []


def test_a_file_handed_in_is_read_on_the_next_page_and_can_be_withdrawn(new_page, serve, settled, tmp_path):
    server = serve()
    file = tmp_path / "counts.csv"
    rows = ["territory,step,unit,measure,date,value", f"{COMMUNE},rsu.registered,household,stock,2026-01-15,9000"]
    file.write_text("\n".join([*rows, f"{COMMUNE},rsu.registered,household,stock,2026-01-16,many"]), encoding="utf-8")
    page = new_page()
    page.goto(f"{server}/events?lang=ar")
    settled(page)
    page.locator("input[type=file]").set_input_files(file)
    page.locator(".st-key-take-in button").click()
    page.wait_for_selector("text=لم يحفظ أي شيء")
    settled(page)
    assert "many" in page.locator(".st-key-hand-in").inner_text()
    page.locator(".st-key-accept-rest label").click()
    settled(page)
    page.locator(".st-key-take-in button").click()
    page.wait_for_selector("text=تم حفظ المعطيات")
    page.goto(f"{server}/?lang=ar&territory={COMMUNE}&on=2026-02-01")
    settled(page)
    reading = page.locator(f".st-key-programme-rsu .tt-reading[data-territory='{COMMUNE}'] .tt-number")
    assert plain(reading.inner_text()) == "9 000 أسرة"
    page.goto(f"{server}/events?lang=ar")
    settled(page)
    withdrawing = page.locator("[data-testid='stExpander']").filter(has_text=words("ar")("events.withdraw"))
    withdrawing.locator("summary").click()
    assert page.locator(".st-key-withdraw-do").count() == 0
    # A list closes when the page moves under it, as it does while the expander unfolds and while it is scrolled to.
    page.wait_for_function(
        """() => {
            const details = document.querySelector("[data-testid='stExpander'] details[open]");
            return details && details.open && !details.style.height && details.getBoundingClientRect().height > 100;
        }"""
    )
    box = page.locator("[class*='st-key-withdraw-'] [data-testid='stSelectbox'] input")
    box.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    box.click()
    page.locator("[role='option']").filter(has_text="counts.csv").click()
    settled(page)
    page.locator(".st-key-withdraw-do button").click()
    page.wait_for_selector("text=تم سحبه بموجب")
    assert page.locator("[data-testid='stAlertContentSuccess']").count() == 1
    settled(page)
    page.goto(f"{server}/?lang=ar&territory={COMMUNE}&on=2026-02-01")
    settled(page)
    assert page.locator(f".st-key-programme-rsu .tt-reading[data-territory='{COMMUNE}'] .tt-absent").count() == 1


def test_a_browser_that_was_offline_finds_its_view_again(visit, page, complaints, settled):
    visit("/?lang=fr&territory=02.411")
    before = title(page)
    page.context.set_offline(True)
    page.wait_for_timeout(3000)
    page.context.set_offline(False)
    settled(page)
    assert title(page) == before
    link(page, "method").click()
    until_titled(page, "Méthode")
    # A lost connection is an error in the console, and rightly so.
    complaints.clear()
