#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# No common misspelling in code, documents and scripts. Captured kernel text is not ours to mend.
cd "$(dirname "$0")/../.." || exit 1
command -v codespell >/dev/null || { echo "codespell is not installed"; exit 77; }

# Kernel words that look like misspellings.
words=mis,statm,numer,crate,ba,fo,som,aks,uptodate,inout,ot
codespell --ignore-words-list "$words" \
	--skip '*/build*,*/corpus/*,*/expected/*,tests/k8s/pods/*,tests/scenes/*/proc/*,tests/scenes/*/sys/*,*.pyc' \
	README.md bindings debian docs k8s lxfs runtimes systemd-units tests meson.build .ci
