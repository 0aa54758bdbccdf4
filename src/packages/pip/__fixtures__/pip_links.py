"""What the installed pip sees in a page of links: reads the page from standard input."""

import json
import sys

from pip._internal.index.collector import IndexContent, parse_links

page = IndexContent(sys.stdin.buffer.read(), "text/html", encoding="utf-8", url="file:///b/deps/pip/links.html")
links = [
    {
        "path": link.file_path,
        "name": link.filename,
        "hash": f"{link.hash_name}:{link.hash}",
        "python": link.requires_python,
        "yanked": link.yanked_reason,
    }
    for link in parse_links(page)
]
json.dump(links, sys.stdout)
