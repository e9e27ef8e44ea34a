/** @file Asking a person, where one is there. */
import { createInterface } from 'node:readline/promises'
import type { Context } from './command.ts'

/** Whether somebody can be asked: both ends are a terminal. */
export function canAsk({ output }: Context): boolean {
  return output.terminal && !output.json && process.stdin.isTTY
}

/** Whether the answer to `question` is yes; Ctrl-C is a no. */
export async function agrees(question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal })
    return /^y(es)?$/i.test(answer.trim())
  } catch {
    return false
  } finally {
    lines.close()
  }
}
