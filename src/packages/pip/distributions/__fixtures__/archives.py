"""Makes the archives of the tests: JSON of [[path, expression], ...] on standard input. With a path: lists an archive."""
import base64, bz2, gzip, io, json, lzma, os, struct, sys, tarfile, warnings, zipfile, zlib

warnings.simplefilter('ignore')

INFO = ('foo-1.0/PKG-INFO', b'Metadata-Version: 1.0\nName: foo\nVersion: 1.0\n')
SETUP = ('foo-1.0/setup.py', b'from setuptools import setup\nsetup()\n')
CONFIG = ('foo-1.0/setup.cfg', b'[metadata]\nname = foo\n')
PROJECT = ('foo-1.0/pyproject.toml', b'[build-system]\nrequires = []\n')
METADATA = ('foo-1.0.dist-info/METADATA', b'Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n')
SDIST = (INFO, SETUP, CONFIG, PROJECT, ('foo-1.0/foo/__init__.py', b'x = 1\n' * 1000))
WHEEL = (('foo/__init__.py', b'x = 1\n'), METADATA, ('foo-1.0.dist-info/RECORD', b''))
END = bytes(1024)


def info(name, **fields):
    member = tarfile.TarInfo(name)
    for key, value in fields.items():
        setattr(member, key, value)
    return member


def tar(*members, format=tarfile.PAX_FORMAT, **options):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=format, **options) as archive:
        for member in members:
            name, content, fields = (*member, {})[:3] if isinstance(member, tuple) else (member, b'', {})
            entry = info(name, **{'size': len(content), **fields}) if isinstance(name, str) else name
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def text(*members, **options):
    """The same without the end of the archive."""
    return tar(*members, **options).rstrip(b'\0') + bytes(-len(tar(*members, **options).rstrip(b'\0')) % 512)


def block(name=b'x', size=0, type=b'0', magic=b'ustar\x0000', prefix=b'', size_field=None):
    """A header as nobody would write it."""
    field = size_field or b'%011o\0' % size
    fields = struct.pack('100s8s8s8s12s12s', name, b'0000644\0', b'0000000\0', b'0000000\0', field, b'00000000000\0')
    rest = struct.pack('1s100s8s32s32s8s8s155s12x', type, b'', magic, b'', b'', b'', b'', prefix)
    checksum = sum(fields) + sum(rest) + 8 * 32
    return fields + b'%06o\0 ' % checksum + rest


def padded(content):
    return content + bytes(-len(content) % 512)


def record(key, value):
    length = len(key) + len(value) + 3
    while len(b'%d %s=%s\n' % (length, key, value)) != length:
        length += 1
    return b'%d %s=%s\n' % (length, key, value)


def pax(*records, type=b'x'):
    content = b''.join(records)
    return block(b'pax', len(content), type) + padded(content)


def file(name, content=b''):
    return block(name, len(content)) + padded(content)


SDIST_TEXT = text(*SDIST)


def zipped(*members, method=zipfile.ZIP_DEFLATED, comment=b''):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', method) as archive:
        for name, content in members:
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


def patched(data, *changes):
    """Each change: bytes to find (their last place), offset from there, bytes to write."""
    data = bytearray(data)
    for find, offset, new in changes:
        at = data.rindex(find) + offset
        data[at:at + len(new)] = new
    return bytes(data)


def overlapping(count, size):
    """Entries that share one deflated content."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(bytes(size)) + packer.flush()
    local = struct.pack('<IHHHHHIIIHH', 0x04034b50, 20, 0, 8, 0, 33, zlib.crc32(bytes(size)), len(body), size, 1, 0)
    directory = b''
    for index in range(count):
        name = b'%08d' % index
        fields = (0, 8, 0, 33, zlib.crc32(bytes(size)), len(body), size, 8, 0, 0, 0, 0, 0, 0)
        directory += struct.pack('<IHHHHHHIIIHHHHHII', 0x02014b50, 20, 20, *fields) + name
    start = len(local) + 1 + len(body)
    end = struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, count, count, len(directory), start, 0)
    return local + b'x' + body + directory + end


def links(*members):
    """A zip file with symbolic links."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as archive:
        for name, content, mode in members:
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return out.getvalue()


def big_zeros(size):
    """Zeros, gzipped, without holding them in memory."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode='wb', compresslevel=9, mtime=0) as packed:
        packed.write(block(b'foo-1.0/zeros', size))
        for _ in range(size // 2**20):
            packed.write(bytes(2**20))
        packed.write(END)
    return out.getvalue()


def listed(name):
    """What Python makes of a valid archive: names of files, and the content of setup.py."""
    if name.endswith(('.zip', '.whl')):
        with zipfile.ZipFile(name) as archive:
            return {each: archive.read(each) for each in archive.namelist()}
    with tarfile.open(name) as archive:
        return {each.name: archive.extractfile(each).read() for each in archive if each.isfile()}


if len(sys.argv) > 1:
    contents = {name: base64.b64encode(content).decode() for name, content in listed(sys.argv[1]).items()}
    print(json.dumps(contents))
else:
    for name, expression in json.load(sys.stdin):
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, 'wb') as target:
            target.write(eval(expression))
