#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs every check of this folder, one TAP line each. A check is an executable that prints
# file:line: what is wrong, and exits 1 on findings; 77 with a reason where it cannot run.
cd "$(dirname "$0")" || exit 1
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

failed=0
number=0
for check in *.py *.sh; do
	case $check in
	run.sh) continue ;;
	*) [ -x "$check" ] || continue ;;
	esac
	number=$((number + 1))
	output=$("./$check" 2>&1)
	case $? in
	0) echo "ok $number - ${check%.*}" ;;
	77) echo "ok $number - ${check%.*} # SKIP $output" ;;
	*)
		failed=1
		printf '%s\n' "$output" | sed 's/^/# /'
		echo "not ok $number - ${check%.*}"
		;;
	esac
done
echo "1..$number"
exit $failed
