"""Security headers, the content security policy and CORS."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from deploys.nginx.values import CspHash, ExactOrigin, HeaderName, HttpOrigin, Url, WebsocketOrigin
from rigwright.settings.base import Many, Settings

FEATURES = (
    "camera",
    "display-capture",
    "fullscreen",
    "geolocation",
    "microphone",
    "payment",
    "usb",
)
Feature = Literal["camera", "display-capture", "fullscreen", "geolocation", "microphone", "payment", "usb"]


class ContentPolicy(Settings):
    """From where the site's pages may load and to which origins they may connect, besides the site itself.

    The Content-Security-Policy is derived from it.
    The websockets of the site's own routes are in it without being named.
    """

    object_storage_origins: Many[HttpOrigin] = ()
    """Object storage: images, media, and uploads by scripts."""

    websocket_origins: Many[WebsocketOrigin] = ()
    """Websockets of other hosts, such as ``wss://live.example.org``."""

    analytics_origins: Many[HttpOrigin] = ()
    """Analytics: their scripts, their pixels, and the data they send."""

    api_origins: Many[HttpOrigin] = ()
    """Other hosts' interfaces that scripts call."""

    script_origins: Many[HttpOrigin] = ()
    """Other hosts' scripts."""

    style_origins: Many[HttpOrigin] = ()
    """Other hosts' style sheets."""

    font_origins: Many[HttpOrigin] = ()
    """Other hosts' fonts."""

    frame_origins: Many[HttpOrigin] = ()
    """Pages that may be shown in frames of the site."""

    embedding_origins: Many[HttpOrigin] = ()
    """Pages that may show the site in a frame; by default none, not even the site itself."""

    form_origins: Many[HttpOrigin] = ()
    """Where forms may be sent."""

    script_hashes: Many[CspHash] = ()
    """Inline scripts by the hash of their text, such as ``sha256-…``."""

    inline_styles: bool = False
    """Allow style attributes and elements, which many component libraries need. Inline scripts never are."""

    data_images: bool = False
    """Allow images in ``data:`` and ``blob:`` addresses."""

    report_only: bool = False
    """Browsers report what the policy would block, and block nothing."""

    report_url: Url | None = None
    """Where browsers send their reports."""

    def value(self, own_websockets: tuple[str, ...]) -> str:
        """The policy, for a site whose own websocket origins are these."""
        storage, analytics = self.object_storage_origins, self.analytics_origins
        hashes = tuple(f"'{one}'" for one in self.script_hashes)
        inline = ("'unsafe-inline'",) if self.inline_styles else ()
        data = ("data:", "blob:") if self.data_images else ()
        connect = (*own_websockets, *self.websocket_origins, *self.api_origins, *storage, *analytics)
        sources = {
            "default-src": ("'self'",),
            "script-src": ("'self'", *hashes, *self.script_origins, *analytics),
            "style-src": ("'self'", *inline, *self.style_origins),
            "img-src": ("'self'", *data, *storage, *analytics),
            "media-src": ("'self'", *storage),
            "font-src": ("'self'", *self.font_origins),
            "connect-src": ("'self'", *connect),
            "frame-src": self.frame_origins or ("'none'",),
            "frame-ancestors": self.embedding_origins or ("'none'",),
            "form-action": ("'self'", *self.form_origins),
            "base-uri": ("'self'",),
            "object-src": ("'none'",),
        }
        if self.report_url:
            sources["report-uri"] = (self.report_url,)
        return "; ".join(f"{name} {' '.join(dict.fromkeys(values))}" for name, values in sources.items())

    @property
    def header(self) -> str:
        """The name of the header."""
        return "Content-Security-Policy" + ("-Report-Only" if self.report_only else "")


class Cors(Settings):
    """Other origins whose scripts may read a route's responses. No preflight request reaches the upstream."""

    origins: Annotated[Many[ExactOrigin], Field(min_length=1)]
    """Origins that may, each in full."""

    methods: Annotated[
        Many[Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]], Field(min_length=1)
    ] = ("GET", "HEAD")
    """Methods that they may use."""

    headers: Many[HeaderName] = ()
    """Request headers that they may send beyond the harmless ones."""

    exposed_headers: Many[HeaderName] = ()
    """Response headers that they may read beyond the harmless ones."""

    credentials: bool = False
    """Cookies and other credentials go along."""

    max_age_seconds: Annotated[int, Field(ge=0, le=86_400)] = 3600
    """How long a browser may cache the response to a preflight; no browser caches it longer than a day."""
