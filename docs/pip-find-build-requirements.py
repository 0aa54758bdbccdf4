#!/usr/bin/env python3
"""Prints what the source distributions of requirements files need to be built.

    python3 pip-find-build-requirements.py requirements.txt -o requirements-build.in

It has pip download and prepare the source distributions, and notes what pip fetches for the builds and for the builds
of that. So it needs the package index, and it runs code of these packages: use it where you would install them.
The outcome is not pinned; pip-compile does that. Needs Python 3.8 and pip 23 or newer, nothing else.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

# What pip fetches for a build is indented; what the requirements files name is not.
FOR_A_BUILD = re.compile(r"\s+Collecting (?P<requirement>.+?)(?: \(from .*)?$")
HEADER = "# What is needed to build the source distributions of {}\n"


def main():
    options = parse_arguments()
    found, succeeded = find_build_requirements(options)
    if not succeeded and not options.ignore_errors:
        sys.exit("pip failed, see above. With --ignore-errors, what was found until then is used.")
    if options.output_file is None:
        sys.stdout.write(as_text(options.requirements_files, found))
    else:
        write(options, found)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("requirements_files", nargs="+", metavar="FILE", help="requirements file")
    parser.add_argument("-o", "--output-file", metavar="FILE", help="write there instead of standard output")
    parser.add_argument("-a", "--append", action="store_true", help="keep what the output file has, add what is new")
    parser.add_argument("--no-cache", action="store_true", help="have pip use no cache")
    parser.add_argument("--ignore-errors", action="store_true", help="use what was found even if pip fails")
    parser.add_argument("--only-write-on-update", action="store_true", help="leave the file alone if nothing is new")
    parser.add_argument("--allow-binary", action="store_true", help="let pip take wheels, which need no build")
    options = parser.parse_args()
    if options.output_file is None and (options.append or options.only_write_on_update):
        parser.error("--append and --only-write-on-update need --output-file")
    return options


def find_build_requirements(options):
    """Returns the requirements, and whether pip came to a good end. Only what pip says of errors is shown."""
    found = set()
    lines = []
    with tempfile.TemporaryDirectory() as directory:
        with subprocess.Popen(
            pip_command(options, directory),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as pip:
            for line in pip.stdout:
                lines = lines[-50:] + [line]
                match = FOR_A_BUILD.match(line.rstrip())
                if match:
                    found.add(match.group("requirement"))
    if pip.returncode != 0:
        sys.stderr.writelines(lines)
    return found, pip.returncode == 0


def pip_command(options, directory):
    command = [sys.executable, "-m", "pip", "download", "-d", directory, "--use-pep517", "--verbose"]
    if not options.allow_binary:
        command += ["--no-binary", ":all:"]
    if options.no_cache:
        command += ["--no-cache-dir"]
    for path in options.requirements_files:
        command += ["-r", path]
    return command


def write(options, found):
    known = requirements_of(options.output_file)
    if options.only_write_on_update and found <= known:
        print("Nothing is new.", file=sys.stderr)
        return
    wanted = found | known if options.append else found
    with open(options.output_file, "w", encoding="utf-8") as output:
        output.write(as_text(options.requirements_files, wanted))


def requirements_of(path):
    if not os.path.exists(path):
        return set()
    with open(path, encoding="utf-8") as file:
        lines = (line.strip() for line in file)
        return {line for line in lines if line and not line.startswith("#")}


def as_text(requirements_files, requirements):
    lines = (requirement + "\n" for requirement in sorted(requirements))
    return HEADER.format(", ".join(requirements_files)) + "".join(lines)


if __name__ == "__main__":
    main()
