#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""model/ and render/ compute: they do not read, write, ask for the time, log or fail."""

import re
import sys

import ctext

PURE = ("bindings/model", "bindings/render")

# What lies outside these headers is input, output or state.
SYSTEM_HEADERS = {
    "fnmatch.h",
    "glib.h",
    "inttypes.h",
    "limits.h",
    "math.h",
    "stdbool.h",
    "stddef.h",
    "stdint.h",
    "stdlib.h",
    "string.h",
    "sys/types.h",
}

FORBIDDEN = re.compile(
    r"\b(GError|LX_MUST_CHECK)\b|\b("
    r"lx_error_\w+"
    r"|f?open(?:at)?|p?readv?|p?writev?|fread|fwrite|fgets|close|ioctl|f?stat(?:at)?|readlink"
    r"|printf|fprintf|dprintf|puts|perror|syslog"
    r"|time|clock|clock_gettime|gettimeofday|g_get_(?:real|monotonic)_time|nanosleep|sleep"
    r"|getpid|gettid|getenv|setenv|g_getenv|sysconf|system|rand|random|g_random_\w+"
    r"|g_file_\w+|g_log|g_(?:debug|info|message|warning|critical|error|print|printerr)"
    r"|g_assert\w*|assert|abort|exit|g_return_if_fail|g_return_val_if_fail"
    r"|lx_sysroot_\w+|lx_fd_\w+|lx_clock_\w+|lx_cpuset_parse"
    r")\s*\("
)


def check(path):
    text = ctext.read(path)
    for line, name, quoted in ctext.includes(text):
        if not quoted and name not in SYSTEM_HEADERS:
            yield path, line, f"<{name}> has no place in a pure room"
    lines = ctext.without_comments_and_strings(text).split("\n")
    for number, line in enumerate(lines, 1):
        for match in FORBIDDEN.finditer(line):
            yield path, number, f"{match[1] or match[2]} has no place in a pure room"


def main():
    ctext.finish([finding for path in ctext.files(*PURE) for finding in check(path)])


if __name__ == "__main__":
    sys.exit(main())
