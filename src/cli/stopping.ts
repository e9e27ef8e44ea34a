/** @file What signals and broken streams do to the process: the first one asks the command to end, a second Ctrl-C ends it. */

/** What this needs of `process`; tests give their own. */
export interface Signalled {
  on(signal: NodeJS.Signals, listener: () => void): unknown
  removeAllListeners(signal: NodeJS.Signals): unknown
  kill(pid: number, signal: NodeJS.Signals): unknown
  readonly pid: number
}

/** The way a process ends before its command is done. */
export interface Stopping {
  /** Aborts when the command is to end: finish what is in hand, save. */
  readonly signal: AbortSignal
  /** Says, in words, what a first Ctrl-C does from now on. */
  doing(words: string): void
  /** Ends the command as a first Ctrl-C does, without a word. */
  end(): void
}

/**
 * Listens for Ctrl-C, SIGTERM and SIGHUP. The first ends the command. A second Ctrl-C or SIGTERM ends the process by the
 * signal itself: `process.exit` would wait for threads that are in a native call. A terminal that closes may send SIGHUP
 * twice, so that one never does.
 */
export function stopping(process: Signalled, say: (text: string) => void): Stopping {
  const abort = new AbortController()
  let words = 'Stopping'
  const first = (): void => {
    say(`\n${words}; once more stops at once.\n`)
    abort.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (!abort.signal.aborted) return first()
      say('\nStopped at once; what was saved before is whole.\n')
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    })
  process.on('SIGHUP', () => {
    if (!abort.signal.aborted) first()
  })
  return {
    signal: abort.signal,
    doing: (now) => {
      words = now
    },
    end: () => abort.abort(),
  }
}

/** What becomes of a command whose results cannot be written. */
export interface BrokenOutput {
  /** Why nothing can be written any more; undefined where it can. */
  readonly reason: string | undefined
}

/**
 * Watches stdout. A reader of a pipe that leaves early (`| head`) ends the process without a word; a full disk or a terminal
 * that is gone ends the command, and its reason is kept for the end.
 */
export function watchOutput(
  stdout: { on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown },
  left: () => void,
  end: () => void,
): BrokenOutput {
  let reason: string | undefined
  stdout.on('error', ({ code, message }) => {
    if (code === 'EPIPE') return left()
    reason ??= code ?? message
    end()
  })
  return {
    get reason() {
      return reason
    },
  }
}
