#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Of tests/vm what kernels and cgroup v2 decide, in a quarter of its time: called by tests/suites.py.
exec sh "$(dirname "$0")/../vm/run.sh" kernels
