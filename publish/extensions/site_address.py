"""Where the pages will stand, worked out from the one address in _config.yml.

A repository `https://github.com/OWNER/NAME` publishes at `https://owner.github.io/NAME/`, each edition in a folder
named by its language. Canonical addresses, the sitemap, the social card and the page for dead links need that.
`baseurl` below `html` in _config.yml overrides it for a book that is published elsewhere.
"""

from urllib.parse import urlsplit

_PAGES = {"github.com": "github.io", "gitlab.com": "gitlab.io"}


def pages_address(repository, language):
    """The address of an edition's pages.

    Parameters
    ----------
    repository : str
        Like https://github.com/OWNER/NAME.
    language : str
        The edition, "en" or "ko".

    Returns
    -------
    str
        With a slash at the end; "" for a host whose pages stand nobody knows where.

    Examples
    --------
    >>> pages_address("https://github.com/Ada/nets", "en")
    'https://ada.github.io/nets/en/'
    >>> pages_address("https://example.org/ada/nets", "en")
    ''
    """
    parts = urlsplit(repository)
    owner, _, name = parts.path.strip("/").partition("/")
    if parts.netloc not in _PAGES or not name:
        return ""
    return f"https://{owner.lower()}.{_PAGES[parts.netloc]}/{name.removesuffix('.git')}/{language}/"


def _set_address(app, config):
    if not config.html_baseurl:
        config.html_baseurl = pages_address(config.html_theme_options.get("repository_url", ""), config.language)
    # The page for dead links is shown at any depth, so its own links are counted from the host.
    config.notfound_urls_prefix = urlsplit(config.html_baseurl).path or "/"


def setup(app):
    app.setup_extension("notfound.extension")
    app.connect("config-inited", _set_address, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
