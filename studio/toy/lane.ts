/** @file The page's side of one experiment. */
import type { Judgement } from '../../src/experiment/toy-judge.ts'
import type { LaneAdvance, LaneFrame, LaneJudge, LaneReply, LaneRequest, LaneStart } from './lane-protocol.ts'

/** A worker that trains one loss; each call fails with the worker's own sentence. */
export interface Lane {
  start(start: LaneStart): Promise<LaneFrame>
  advance(advance: LaneAdvance): Promise<LaneFrame>
  judge(judge: LaneJudge): Promise<Judgement>
  end(): void
}

/** Starts a worker; it does nothing until asked. */
export function openLane(): Lane {
  const worker = new Worker(new URL('./lane-worker.ts', import.meta.url), { type: 'module' })
  const waiting = new Map<number, (reply: LaneReply) => void>()
  let next = 0
  const failAll = (message: string): void => {
    for (const [id, settle] of waiting) settle({ id, kind: 'failure', message })
    waiting.clear()
  }
  worker.addEventListener('message', ({ data }: MessageEvent<LaneReply>) => {
    waiting.get(data.id)?.(data)
    waiting.delete(data.id)
  })
  worker.addEventListener('error', ({ message }) =>
    failAll(message || 'The experiment’s worker could not be started'),
  )
  const post = (request: LaneRequest): Promise<LaneReply> =>
    new Promise((resolve) => {
      waiting.set(request.id, resolve)
      worker.postMessage(request)
    })
  return {
    start: async (start) => frameOf(await post({ id: next++, kind: 'start', start })),
    advance: async (advance) => frameOf(await post({ id: next++, kind: 'advance', advance })),
    async judge(judge) {
      const reply = await post({ id: next++, kind: 'judge', judge })
      if (reply.kind === 'judgement') return reply.judgement
      throw new Error(reply.kind === 'failure' ? reply.message : 'The worker answered something else')
    },
    end() {
      worker.terminate()
      failAll('The experiment was ended')
    },
  }
}

const frameOf = (reply: LaneReply): LaneFrame => {
  if (reply.kind === 'frame') return reply.frame
  throw new Error(reply.kind === 'failure' ? reply.message : 'The worker answered something else')
}
