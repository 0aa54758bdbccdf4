"""What the installed pip makes of index pages: reads queries (JSON) from standard input, asks the indexes they name."""

import json
import sys

from pip._internal.index.collector import LinkCollector
from pip._internal.index.package_finder import PackageFinder
from pip._internal.models.format_control import FormatControl
from pip._internal.models.search_scope import SearchScope
from pip._internal.models.selection_prefs import SelectionPreferences
from pip._internal.models.target_python import TargetPython
from pip._internal.network.session import PipSession
from pip._internal.utils.hashes import Hashes
from pip._vendor.packaging.specifiers import SpecifierSet

KNOWN = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"}


def finder_of(index, session):
    scope = SearchScope.create(find_links=[], index_urls=[index], no_index=False)
    return PackageFinder.create(
        link_collector=LinkCollector(session=session, search_scope=scope),
        selection_prefs=SelectionPreferences(
            allow_yanked=True,
            format_control=FormatControl({":all:"}, set()),
            ignore_requires_python=True,
        ),
        target_python=TargetPython(py_version_info=(3, 12, 0)),
    )


def described(link):
    return {
        "fileName": link.filename,
        "url": link.url_without_fragment,
        "digest": f"{link.hash_name}:{link.hash.lower()}" if link.hash_name in KNOWN else None,
        "requiresPython": link.requires_python,
        "yanked": link.yanked_reason,
    }


def answer(query, session):
    allowed = {}
    for each in query["hashes"]:
        allowed.setdefault(each["algorithm"], []).append(each["digest"])
    result = finder_of(query["index"], session).find_best_candidate(
        query["name"], SpecifierSet("==" + query["version"]), Hashes(allowed) if allowed else None
    )
    # As the resolver goes through them for a requirement that pins a version.
    links = [candidate.link for candidate in result.iter_applicable()][::-1]
    best = [link for link in links if not link.is_yanked] or links
    return {"files": [described(link) for link in links], "best": best[0].filename if best else None}


def main():
    session = PipSession(retries=0)
    json.dump([answer(query, session) for query in json.load(sys.stdin)], sys.stdout)


main()
