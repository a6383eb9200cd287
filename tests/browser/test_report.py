"""report.html in a real browser: alone with its file, silent, safe, readable at every width, in light, in dark and on paper."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pypdf import PdfReader

from myosieve import schema
from tests.browser import chromium
from tests.browser.conftest import open_report
from tests.browser.pages import CONDITIONS, CONTRASTS, LONG, NAMES, TITLE


@pytest.mark.parametrize(
    "name", ["small", *(pytest.param(name, marks=pytest.mark.slow) for name in ("hostile", "large"))]
)
def test_it_opens_and_draws_everything_without_a_request_an_error_or_a_dialog(opened, request, name):
    html = request.getfixturevalue(name).html
    watched = opened(html)
    chromium.draw_everything(watched.page)
    assert watched.page.locator(".js-plotly-plot .main-svg").count() > 0
    assert watched.page.locator("table.dataTable").count() > 0
    assert watched.requests == [chromium.address(html)]
    assert watched.unexpected() == []


def test_it_says_its_content_to_readers_without_javascript(opened, small):
    watched = opened(small.html, java_script_enabled=False)
    text = watched.page.locator("main").inner_text()
    assert "Best candidates" in text
    assert "need JavaScript" in watched.page.locator("body").inner_text()


@pytest.fixture
def asked():
    """A server on this machine that counts what asks it for anything: (address, list of paths)."""
    paths = []

    class Counting(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()
        thread.join()


# What a script that got in could try; each ends one way or the other.
_TRIES = """async (to) => {
  const image = new Image();
  const loaded = new Promise((done) => { image.onload = image.onerror = done; });
  image.src = `${to}/image`;
  const style = document.createElement("link");
  const styled = new Promise((done) => { style.onload = style.onerror = done; });
  Object.assign(style, { rel: "stylesheet", href: `${to}/style` });
  document.head.append(style);
  const answer = await fetch(`${to}/fetch`).then(() => "answered", () => "refused");
  await Promise.all([loaded, styled]);
  return answer;
}"""


def test_its_policy_refuses_every_request_that_a_script_tries(browser, small, asked, tmp_path):
    to, paths = asked
    free = tmp_path / "free.html"
    text = small.html.read_text(encoding="utf-8")
    free.write_text(re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text), encoding="utf-8")
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(chromium.address(small.html))
        assert page.evaluate(_TRIES, to) == "refused"
        assert paths == []
        # The same page without its policy: the tries are such that they would succeed.
        page.goto(chromium.address(free))
        assert page.evaluate(_TRIES, to) == "answered"
        assert {"/fetch", "/image", "/style"} <= set(paths)


_INJECTED = """() => {
  const script = document.createElement("script");
  script.textContent = "window.injected = 'script'";
  document.body.append(script);
  const holder = document.createElement("div");
  holder.innerHTML = `<img src="data:," onerror="window.injected = 'handler'">
    <a href="javascript:window.injected = 'link'">x</a>`;
  document.body.append(holder);
  holder.querySelector("a").click();
}"""


def test_its_policy_runs_no_script_that_was_put_into_it(opened, small):
    watched = opened(small.html)
    watched.page.evaluate(_INJECTED)
    watched.page.wait_for_function("() => globalThis.refused.length >= 3")
    assert watched.page.evaluate("window.injected") is None


def test_hostile_names_are_text_wherever_they_stand(opened, hostile):
    watched = opened(hostile.html)
    page = watched.page
    chromium.draw_everything(page)
    assert page.title().startswith(TITLE)
    assert page.locator("h1").text_content() == TITLE
    cells = page.locator("td, th, td *, th *").all_text_contents()
    shown = {text.strip() for text in cells}
    assert {name.strip() for name in NAMES} <= shown
    assert any(LONG.strip() in text for text in cells)
    whole = page.locator("body").text_content()
    # Sample names begin with the condition's.
    assert all(name in whole for name in (*CONTRASTS, *CONDITIONS))
    assert page.locator("img, iframe, object, embed, base, form:not(.dt-search form)").count() == 0
    assert page.locator("a[href^='javascript' i], svg a").count() == 0
    assert page.evaluate("window.pwned") is None
    assert watched.unexpected() == []


@pytest.fixture(scope="module", params=[360, 1440])
def drawn(browser, small, request):
    """The small study at each width, everything drawn and unfolded; color scheme and place are the tests' to set."""
    watched = open_report(browser, small.html, request.param)
    watched.page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    chromium.draw_everything(watched.page)
    yield watched.page, request.param
    watched.page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_light_and_dark_on_phone_and_desk(drawn, artifacts, scheme):
    page, width = drawn
    show_in(page, scheme)
    page.screenshot(path=artifacts / f"report-{scheme}-{width}.png", full_page=True)
    violations = chromium.grave_violations(page)
    assert violations == [], chromium.told(violations)


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 820, 1440])
@pytest.mark.parametrize("name", ["small", "hostile"])
def test_it_never_scrolls_sideways(opened, request, artifacts, name, width):
    page = opened(request.getfixturevalue(name).html, width).page
    chromium.draw_everything(page)
    page.screenshot(path=artifacts / f"report-{name}-{width}.png", full_page=True)
    assert chromium.page_width(page) <= width, chromium.overflowing(page)


_SHADES = """() => [
  getComputedStyle(document.body).backgroundColor,
  getComputedStyle(document.querySelector(".js-plotly-plot .xtick text")).fill,
]"""


def show_in(page, scheme):
    """Show a drawn page in light or dark, and wait until its figures follow."""
    before = page.evaluate(_SHADES)
    changes = page.evaluate("(one) => !matchMedia(`(prefers-color-scheme: ${one})`).matches", scheme)
    page.emulate_media(color_scheme=scheme)
    if changes:
        page.wait_for_function(f"(before) => ({_SHADES})().every((shade, i) => shade !== before[i])", arg=before)


@pytest.mark.slow
def test_paper_and_figures_follow_light_and_dark_while_the_page_is_open(drawn):
    page, _ = drawn
    show_in(page, "light")
    paper, ink = (sum(map(int, re.findall(r"\d+", shade)[:3])) for shade in page.evaluate(_SHADES))
    assert paper > ink
    show_in(page, "dark")
    paper, ink = (sum(map(int, re.findall(r"\d+", shade)[:3])) for shade in page.evaluate(_SHADES))
    assert paper < ink


@pytest.mark.slow
def test_a_print_on_a4_tells_the_best_candidates_of_every_contrast(opened, small, artifacts):
    watched = opened(small.html, color_scheme="dark")
    path = artifacts / "report.pdf"
    watched.page.pdf(path=path, format="A4")
    reader = PdfReader(path)
    sides = [float(side) for side in reader.pages[0].mediabox[2:]]
    assert sides == pytest.approx([595.28, 841.89], abs=1)  # A4 in points, to the pixel
    text = " ".join(page.extract_text() for page in reader.pages)
    candidates = small.frame("candidates", schema.CANDIDATES)
    for contrast, rows in candidates.groupby("contrast"):
        assert contrast in text
        best = rows.sort_values("rank").head(10)
        assert [name for name in best["accession"] if name not in text] == []
    assert watched.unexpected() == []


@pytest.mark.slow
def test_ten_thousand_proteins_in_six_contrasts_stay_below_eight_megabytes(large):
    assert large.html.stat().st_size < 8e6
