"""
Makes archives of Python projects: reads {"kind", "top", "files": {path: text}} as JSON and writes the archive. Kinds are
those of tarfile ("gz", "bz2", "xz", "" for none) and "zip"; nothing of them depends on the time.
"""

import io
import json
import sys
import tarfile
import zipfile

spec = json.load(sys.stdin)
files = {(spec["top"] + "/" if spec["top"] else "") + path: text.encode() for path, text in spec["files"].items()}
buffer = io.BytesIO()
if spec["kind"] == "zip":
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0)), content)
else:
    with tarfile.open(fileobj=buffer, mode="w:" + spec["kind"]) as archive:
        for path, content in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
sys.stdout.buffer.write(buffer.getvalue())
