import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { stopping, watchOutput } from './stopping.ts'

class Process extends EventEmitter {
  readonly pid = 17
  readonly killed: string[] = []
  kill(pid: number, signal: string): void {
    // what has a listener would be caught again
    this.killed.push(`${pid} ${signal} ${this.listenerCount(signal)}`)
  }
}

const watched = () => {
  const process = new Process()
  const said: string[] = []
  return { process, said, stop: stopping(process, (text) => said.push(text.trim())) }
}

describe('a signal', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    '%s ends the command once, in the words of the command',
    (signal) => {
      const { process, said, stop } = watched()
      stop.doing('Closing the lab')
      process.emit(signal)
      expect(stop.signal.aborted).toBe(true)
      expect(said).toEqual(['Closing the lab; once more stops at once.'])
      expect(process.killed).toEqual([])
    },
  )

  test.each(['SIGINT', 'SIGTERM'])('%s twice ends the process by the signal itself', (signal) => {
    const { process, said } = watched()
    process.emit(signal)
    process.emit(signal)
    expect(said.at(-1)).toBe('Stopped at once; what was saved before is whole.')
    expect(process.killed).toEqual([`17 ${signal} 0`])
  })

  test('of a closing terminal may come twice without losing what is being saved', () => {
    const { process, said } = watched()
    process.emit('SIGHUP')
    process.emit('SIGHUP')
    expect(said).toHaveLength(1)
    expect(process.killed).toEqual([])
  })
})

describe('stdout', () => {
  const broken = (code: string) => {
    const [stream, ended] = [new EventEmitter(), [] as string[]]
    const output = watchOutput(
      stream,
      () => ended.push('left'),
      () => ended.push('ended'),
    )
    stream.emit('error', Object.assign(new Error('broken'), { code }))
    return { reason: output.reason, ended }
  }

  test('whose reader leaves is no failure', () => {
    expect(broken('EPIPE')).toEqual({ reason: undefined, ended: ['left'] })
  })

  test.each(['ENOSPC', 'EIO'])('that takes nothing more (%s) ends the command and is remembered', (code) => {
    expect(broken(code)).toEqual({ reason: code, ended: ['ended'] })
  })
})
