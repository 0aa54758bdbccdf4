"""
Runs a command in a network namespace of its own (`unshare -n python3 pip-network.py PORT SOCKET COMMAND ...`), where
nothing answers but one port of 127.0.0.1, whose connections go to a Unix socket of the outer world; with port 0 none.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys
import threading

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def start_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sH22x", b"lo", 0)
        flags = struct.unpack("16sH22x", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", flags | IFF_UP))


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, target):
            end.close()


def forward(listener, path):
    while True:
        inner, _ = listener.accept()
        outer = socket.socket(socket.AF_UNIX)
        outer.connect(path)
        for ends in ((inner, outer), (outer, inner)):
            threading.Thread(target=copy, args=ends, daemon=True).start()


def main(port, path, command):
    start_loopback()
    if port:
        listener = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=forward, args=(listener, path), daemon=True).start()
    sys.exit(subprocess.call(command, env=os.environ))


main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
