# SPDX-License-Identifier: Apache-2.0
"""How often a file is opened, by whomever. For the tests beside it."""
import contextlib
import ctypes
import os
import struct

# linux/inotify.h. Events that are alike and in a row become one: others must stand between them.
IN_ACCESS, IN_CLOSE, IN_OPEN = 0x1, 0x18, 0x20
EVENT = struct.Struct("iIII")


@contextlib.contextmanager
def opened(path):
    """Yields a function: how often the file was opened since it was last called."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if watch < 0 or libc.inotify_add_watch(watch, os.fsencode(path),
                                           IN_ACCESS | IN_CLOSE | IN_OPEN) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def count():
        found = 0
        with contextlib.suppress(BlockingIOError):
            while data := os.read(watch, 65536):
                found += events(data)
        return found

    try:
        yield count
    finally:
        os.close(watch)


def events(data):
    count = at = 0
    while at < len(data):
        _, mask, _, length = EVENT.unpack_from(data, at)
        count += bool(mask & IN_OPEN)
        at += EVENT.size + length
    return count
