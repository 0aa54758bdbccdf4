"""What pip's own parser makes of requirements files: reads a JSON list of texts, prints a JSON list of what they are.

Runs in the directory that is given, to which local paths are relative.
"""
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")

from pip._internal.req.constructors import install_req_from_parsed_requirement  # noqa: E402
from pip._internal.req.req_file import get_line_parser, parse_requirements, preprocess  # noqa: E402

OPTIONS = {
    "--index-url": "index_url",
    "--extra-index-url": "extra_index_urls",
    "--find-links": "find_links",
    "--no-index": "no_index",
    "--constraint": "constraints",
    "--requirement": "requirements",
    "--require-hashes": "require_hashes",
    "--pre": "pre",
    "--prefer-binary": "prefer_binary",
    "--trusted-host": "trusted_hosts",
    "--use-feature": "features_enabled",
}


def describe(parsed):
    requirement = install_req_from_parsed_requirement(parsed)
    link = requirement.link
    is_local = link is not None and link.scheme == "file"
    return {
        "name": (requirement.req.name if requirement.req else None) or "",
        "extras": sorted(requirement.extras),
        "marker": str(requirement.markers) if requirement.markers else None,
        "specifiers": sorted(str(each) for each in requirement.req.specifier) if requirement.req else [],
        "address": link.url_without_fragment if link is not None and not is_local else None,
        "subdirectory": link.subdirectory_fragment if link is not None else None,
        "path": os.path.relpath(link.file_path) if is_local else None,
        "editable": requirement.editable,
        "hashes": sorted(f"{name}:{each}" for name, all in requirement.hash_options.items() for each in all),
    }


def options_of(text):
    found = {}
    parse_line = get_line_parser(None)
    for _, line in preprocess(text):
        words, options = parse_line(line)
        if words or options.editables:
            continue
        for name, attribute in OPTIONS.items():
            value = getattr(options, attribute)
            if value:
                found.setdefault(name, []).extend([""] if value is True else [value] if isinstance(value, str) else value)
        for name, names in (
            ("--no-binary", options.format_control.no_binary),
            ("--only-binary", options.format_control.only_binary),
        ):
            if names:
                found.setdefault(name, []).extend(sorted(names))
    return found


def read(text):
    with open("lines.txt", "w", encoding="utf-8", newline="") as file:
        file.write(text)
    try:
        requirements = [describe(each) for each in parse_requirements("lines.txt", session=None)]
        return {"requirements": requirements, "options": options_of(text)}
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"}


os.chdir(sys.argv[1])
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
