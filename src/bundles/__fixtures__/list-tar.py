"""Prints the entries of the tar.gz given as second argument, one JSON list a line, read in the mode given first."""

import hashlib
import json
import sys
import tarfile

mode, path = sys.argv[1:]
with tarfile.open(path, mode) as archive:
    for entry in archive:
        kind = "directory" if entry.isdir() else "symlink" if entry.issym() else "file"
        digest = hashlib.sha256()
        if entry.isfile():
            content = archive.extractfile(entry)
            while chunk := content.read(1 << 20):
                digest.update(chunk)
        name = entry.name.encode("utf-8", "surrogateescape").hex()
        target = entry.linkname.encode("utf-8", "surrogateescape").hex()
        print(json.dumps([name, kind, entry.mode, entry.size, digest.hexdigest(), target, int(entry.mtime)]))
