# What a lab terminal adds to an interactive bash (4.4 and later). Above this, the terminal's own values were set:
# __kafkalab_{dir,mark,host,program,prompt,startup,id}.
#
# Enter runs __kafkalab_enter, which notes the line as it was typed, and then accepts the line as usual. When bash has read a whole
# command and is about to run it, it expands PS0: that calls __kafkalab_ask in a subshell, which hands the line over, waits for the
# answer, and drops the command where it is to be skipped. PROMPT_COMMAND tells when the shell is back at its prompt. What is told goes
# through the terminal itself, as control sequences that the host takes out, so that it keeps its order among the output.

# defined before the user's own startup file is read, so that no alias of theirs gets into these functions
__kafkalab_tell() {
  local IFS=';'
  builtin printf '\e]7717;%s;%s\a' "$__kafkalab_mark" "$*" >/dev/tty
} 2>/dev/null

# Called on Enter, at the first prompt and at every continuation prompt. The argument only keeps $_ as it was.
__kafkalab_enter() {
  local line=$READLINE_LINE expanded last
  if [[ $- == *H* && ( $line == *'!'* || $line == '^'* ) ]]; then
    # history -p takes the newest entry for the one of this very command and drops it, so it is put there again, in a subshell
    expanded=$(
      last=$(HISTTIMEFORMAT= builtin history 1)
      [[ $last =~ ^\ *[0-9]+\*?\ +(.*)$ ]] && builtin history -s -- "${BASH_REMATCH[1]}"
      builtin history -p -- "$line" 2>/dev/null
    ) || return 0
    if [[ $expanded != "$line" ]]; then
      shopt -q histverify && return 0
      line=$expanded
    fi
  fi
  __kafkalab_arm
  __kafkalab_line+=${__kafkalab_line:+$'\n'}$line
} 2>/dev/null

# Puts the hook (back) in front of what PROMPT_COMMAND runs.
__kafkalab_arm() {
  [[ ${PROMPT_COMMAND[*]-} == *__kafkalab_prompt* ]] && return
  # what was noted since the hook was lost belongs to earlier lines
  __kafkalab_line= __kafkalab_commands=0
  unset -v __kafkalab_verdict
  if [[ $(declare -p PROMPT_COMMAND 2>/dev/null) == 'declare -a'* ]]; then
    PROMPT_COMMAND=(__kafkalab_prompt "${PROMPT_COMMAND[@]}")
  else
    PROMPT_COMMAND=__kafkalab_prompt${PROMPT_COMMAND:+$'\n'$PROMPT_COMMAND}
  fi
}

# Prints what the arithmetic in PS0 makes 1/1 (go on) or 1/0 (an error that drops the command) of. Where anything is missing, go on.
__kafkalab_ask() {
  local fd verdict part whole
  trap '' TSTP QUIT
  trap 'builtin printf "\n" >/dev/tty; __kafkalab_tell S "$__kafkalab_id"; builtin printf "*0"; exit' INT
  # of several commands accepted at once the first is asked for; if it was dropped, so are the others
  if ((__kafkalab_commands == 1)); then
    if [[ -z $__kafkalab_line ]]; then
      verdict=$(HISTTIMEFORMAT= builtin history 1)
      [[ $verdict =~ ^\ *[0-9]+\*?\ +(.*)$ ]] && __kafkalab_line=${BASH_REMATCH[1]}
    fi
    [[ -p $__kafkalab_dir/answer ]] && builtin printf %s "$__kafkalab_line" >|"$__kafkalab_dir/line" || {
      builtin printf '*1'
      return
    }
    {
      __kafkalab_tell L "$__kafkalab_id"
      verdict=
      while :; do
        # a read whose time is up may have taken a part of an answer: the rest is put behind it
        IFS= builtin read -r -t 1 -u "$fd" part
        whole=$?
        verdict+=$part
        case $verdict in
        "run $__kafkalab_id") verdict=run && break ;;
        "skip $__kafkalab_id") verdict=skip && break ;;
        esac
        ((whole == 0)) && verdict=
        # nobody is left who could answer
        builtin kill -0 "$__kafkalab_host" || { verdict=run && break; }
      done
    } {fd}<>"$__kafkalab_dir/answer"
    [[ $verdict == skip ]] || {
      builtin printf '*1'
      return
    }
  fi
  __kafkalab_tell S "$__kafkalab_id"
  # the interrupt makes bash forget the rest of the line too; the error makes sure, where the user traps the interrupt
  builtin kill -INT $$
  builtin printf '*0'
} 2>/dev/null

__kafkalab_prompt() {
  local status=$?
  __kafkalab_line= __kafkalab_commands=0
  unset -v __kafkalab_verdict
  # only here: bash keeps a pointer to PS0's value from now until the line has been read, also where PS0 changes meanwhile
  [[ ${PS0-} == *__kafkalab_ask* ]] ||
    PS0='${__kafkalab_mark:$((__kafkalab_id++, __kafkalab_commands++)):0}${__kafkalab_mark:$((1 / (1 ${__kafkalab_verdict:=$(__kafkalab_ask)}))):0}'${PS0-}
  __kafkalab_tell P "$status" "${PWD//[[:cntrl:]]/?}"
  return $status
}

__kafkalab_commands=0 __kafkalab_line=

[[ $__kafkalab_startup == user && -r ~/.bashrc ]] && . ~/.bashrc

# a clean shell is the same everywhere: no history file, and nothing of the system's own startup file that changes what is said
if [[ $__kafkalab_startup == clean ]]; then
  unset -v HISTFILE
  unset -f command_not_found_handle
  unalias -a
fi

# a learner's answer to a step's question
unalias answer 2>/dev/null
answer() { "$__kafkalab_program" answer -- "$@"; }

# where this program is not installed, its name is known here all the same
builtin type -P kafkalab >/dev/null || kafkalab() { "$__kafkalab_program" "$@"; }

[[ -n $__kafkalab_prompt ]] && PS1=$__kafkalab_prompt
__kafkalab_arm
for __kafkalab_map in emacs vi-insert vi-command; do
  bind -m "$__kafkalab_map" '"\C-m": "\C-x\C-y\C-x\C-z"'
  bind -m "$__kafkalab_map" '"\C-j": "\C-x\C-y\C-x\C-z"'
  bind -m "$__kafkalab_map" -x '"\C-x\C-y": __kafkalab_enter "$_"'
  bind -m "$__kafkalab_map" '"\C-x\C-z": accept-line'
done 2>/dev/null
unset -v __kafkalab_map
