"""The description of the interface for programs, as the page itself shows it."""

from __future__ import annotations

import pytest
from browser import CHROMIUM
from corners import CORNERS, corner
from test_api import ENDPOINTS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


# Gradio shows it where there is room beside the page.
@pytest.mark.parametrize(("locale", "width", "dark"), [at for at in CORNERS if at[1] == 1440])
def test_the_interface_for_programs_is_described_at_the_foot_of_the_page(opened, locale, width, dark):
    watched = corner(opened, locale, width, dark)
    page = watched.page
    missing: list[str] = []
    page.on("response", lambda reply: missing.append(reply.url) if reply.status == 404 else None)
    page.click("footer .show-api")
    for name in ENDPOINTS:
        page.wait_for_selector(f".api-docs-wrap :text-is('{name}')")
    assert watched.wide() <= 0
    # It asks for two abilities of Gradio that are not switched on here, and complains.
    assert all(url.endswith(("/monitoring/summary", "/mcp/schema")) for url in missing)
    watched.complaints[:] = [complaint for complaint in watched.complaints if "404" not in complaint]
