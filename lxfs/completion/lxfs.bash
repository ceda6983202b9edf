# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Completion of lxfs for bash.
#
# It knows no verb and no option: it asks the program that is being completed, `lxfs help` and
# `lxfs VERB --help-all`, so that it cannot tell of another one. What an option or an argument takes is
# told by the word that the help has for it: DIR, FILE, PID, ID, NAME, RUNTIME, LIST (of views), KEY (the
# description has them: "by id, name or pid"), or the alternatives, "on|off".

_lxfs_ask() {
	LC_ALL=C command "$@" 2>/dev/null </dev/null
}

_lxfs_verbs() {
	_lxfs_ask "$1" help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'
}

# One "--name" or "--name=WHAT" a line.
_lxfs_options() {
	_lxfs_ask "$1" "$2" --help-all |
		sed -n 's/^  \(-[A-Za-z], \)\{0,1\}\(--[a-z][a-z-]*\(=[^ ]*\)\{0,1\}\).*/\2/p'
}

# What the arguments are: "FILE", "PID|ID|NAME..."; nothing for a verb that takes none.
_lxfs_arguments() {
	_lxfs_ask "$1" "$2" --help |
		sed -n '/^Usage:/ { n; s/^.*\[OPTION[^]]*\] *//; s/\(^\| \)- .*//; p; q; }'
}

# Views as paths: the entries of the folder that is being typed.
_lxfs_views() {
	local folder=
	[[ $2 != */* ]] || folder=${2%/*}/
	_lxfs_ask "$1" show "${folder:-/}" | sed "s|^|$folder|"
}

_lxfs_containers() {
	_lxfs_ask "$1" show containers | sed 's|/$||'
}

# A column of `lxfs ps`; the next one, of numbers, may begin below its title. What would need quotes is left out.
_lxfs_column() {
	_lxfs_ask "$1" ps --no-trunc | awk -v title="$2" '
		NR == 1 { from = index($0, title); match(substr($0, from), /^[A-Z]+ */); n = RLENGTH; next }
		{ cell = substr($0, from, n); sub(/  .*| $/, "", cell) }
		cell != "-" && cell !~ / / { print cell }' | sort -u
}

# Names as --files takes them, behind those that the word has already.
_lxfs_files() {
	local begun=
	[[ $2 != *,* ]] || begun=${2%,*},
	{
		_lxfs_ask "$1" show proc
		_lxfs_ask "$1" show sys/devices/system
	} | sed "s|/\$||; s|^|$begun|"
}

_lxfs_pids() {
	local pid
	for pid in /proc/[0-9]*; do
		echo "${pid#/proc/}"
	done
}

# Of these lines those that begin with the word, as they are: nothing in them is expanded.
_lxfs_offer() {
	local line
	while IFS= read -r line; do
		[[ $line != "$1"* ]] || COMPREPLY+=("$line")
	done
}

_lxfs_offer_values() {
	local program=$1 what=$2 word=$3
	case $what in
	*RUNTIME*)
		_lxfs_offer "$word" < <(_lxfs_column "$program" RUNTIME)
		;;
	*LIST*)
		_lxfs_offer "$word" < <(_lxfs_files "$program" "$word")
		;;
	*DIR* | *FOLDER*)
		compopt -o filenames 2>/dev/null
		_lxfs_offer '' < <(compgen -d -- "$word")
		;;
	*FILE*)
		compopt -o filenames 2>/dev/null
		_lxfs_offer '' < <(compgen -f -- "$word")
		;;
	*PID* | *ID*)
		# Of hundreds of processes none is meant before a digit of it has been typed.
		[[ $what != PID && ($what != *PID* || $word != [0-9]*) ]] || _lxfs_offer "$word" < <(_lxfs_pids)
		[[ ! $what =~ (^|[^P])ID ]] || _lxfs_offer "$word" < <(_lxfs_containers "$program")
		[[ $what != *NAME* ]] || _lxfs_offer "$word" < <(_lxfs_column "$program" NAME)
		;;
	*'|'*)
		_lxfs_offer "$word" < <(printf '%s\n' "${what//|/$'\n'}")
		;;
	esac
}

# The line of an option in the help: "  -s, --sort=KEY   by id, name or pid".
_lxfs_option() {
	_lxfs_ask "$1" "$2" --help-all | sed -n "/^  \\(-[A-Za-z], \\)\\{0,1\\}$3[=,]/ { p; q; }"
}

# What the option takes: "on|off", "DIR", nothing.
_lxfs_option_takes() {
	_lxfs_option "$@" | sed -n 's/^  \(-[A-Za-z], \)\{0,1\}--[a-z-]*=\([^ ]*\).*/\2/p'
}

_lxfs_keys() {
	_lxfs_option "$@" | sed -n 's/^.*=KEY  *by //; s/ *(.*//; s/, \| or /\n/gp'
}

# A switch alone is on: its value is never the next word.
_lxfs_takes_next_word() {
	local what
	what=$(_lxfs_option_takes "$1" "$2" "$3")
	[[ -n $what && $what != 'on|off' ]]
}

_lxfs_offer_option_value() {
	local what
	what=$(_lxfs_option_takes "$1" "$2" "$3")
	if [[ $what == KEY ]]; then
		_lxfs_offer "$4" < <(_lxfs_keys "$1" "$2" "$3")
	else
		_lxfs_offer_values "$1" "$what" "$4"
	fi
}

_lxfs_offer_options() {
	_lxfs_offer "$3" < <(_lxfs_options "$1" "$2" | sed 's/=.*/=/')
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
}

_lxfs_offer_views() {
	_lxfs_offer "$2" < <(_lxfs_views "$1" "$2")
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != */ ]] || compopt -o nospace 2>/dev/null
}

# Takes the program, the word that is typed, and the words before it.
_lxfs_complete() {
	local program=$1 word=$2 last=${*: -1} verb=${4-}
	local -a before=("${@:3}")

	if [[ ${#before[@]} -eq 1 ]]; then
		_lxfs_offer "$word" < <(_lxfs_verbs "$program")
	elif [[ $word == = ]]; then
		_lxfs_offer_option_value "$program" "$verb" "$last" ''
	elif [[ $last == = ]]; then
		_lxfs_offer_option_value "$program" "$verb" "${before[-2]}" "$word"
	elif [[ $word == -* ]]; then
		_lxfs_offer_options "$program" "$verb" "$word"
	elif [[ $last == -* ]] && _lxfs_takes_next_word "$program" "$verb" "$last"; then
		_lxfs_offer_option_value "$program" "$verb" "$last" "$word"
	elif [[ $verb == show ]]; then
		_lxfs_offer_views "$program" "$word"
	else
		_lxfs_offer_values "$program" "$(_lxfs_arguments "$program" "$verb")" "$word"
	fi
}

# bash splits words at "=" ("--swap=of" comes as three) and at ":", which IDs of containers may
# contain: they are put together again, and what is offered begins behind the last colon.
_lxfs() {
	local -a words=()
	local word typed
	for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
		if [[ ${#words[@]} -gt 0 && ($word == :* || ${words[-1]} == *:) ]]; then
			words[-1]+=$word
		else
			words+=("$word")
		fi
	done
	typed=${words[-1]}
	unset 'words[-1]'
	COMPREPLY=()
	_lxfs_complete "$1" "$typed" "${words[@]}"
	COMPREPLY=("${COMPREPLY[@]#"${typed%"${typed##*:}"}"}")
}

complete -F _lxfs lxfs
